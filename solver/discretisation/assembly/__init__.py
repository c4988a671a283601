"""Assembly of the blocks of the operator: from forms to sparse matrices."""
