"""The linear solver: Krylov methods and one multigrid per field."""
