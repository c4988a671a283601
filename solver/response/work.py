"""Work that waits for linear solves: pieces of work that go on side by side have their solves in common.

A piece of work is a generator. It yields the requests that it needs next, and is sent their answers.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from thermospin.linear.krylov import LinearSolver
from thermospin.linear.request import Answer, Request, Signs

type Work[T] = Generator[list[Request], list[Answer], T]


def finish[T](linear: LinearSolver, work: Work[T]) -> T:
    """Do a piece of work by itself (collective).

    Args:
        linear: The linear solver.
        work: The work.

    Returns:
        What it returns.
    """
    try:
        requests = next(work)
        while True:
            requests = work.send(linear.answer(requests))
    except StopIteration as end:
        return end.value


def finish_together[T](
    linear: LinearSolver,
    works: Sequence[Work[T]],
    enter: Callable[[int], None],
    signs: Callable[[int], Signs],
) -> list[T]:
    """Do pieces of work side by side: the requests of all of them are solved together (collective).

    Args:
        linear: The linear solver, which takes signs.
        works: The work.
        enter: Called with the number of a piece of work before it goes on: sets its magnetic state.
        signs: Of a piece of work, the signs of its operator relative to the matrix.

    Returns:
        What each of them returns.
    """
    found: dict[int, T] = {}
    answers: dict[int, list[Answer] | None] = dict.fromkeys(range(len(works)))
    while answers:
        waiting: dict[int, list[Request]] = {}
        for number, answer in answers.items():
            enter(number)
            try:
                waiting[number] = works[number].send(answer)
            except StopIteration as end:
                found[number] = end.value
        requests = [
            replace(request, signs=signs(number)) for number, asked in waiting.items() for request in asked
        ]
        solved = iter(linear.answer(requests) if requests else [])
        answers = {number: [next(solved) for _ in asked] for number, asked in waiting.items()}
    return [found[number] for number in range(len(works))]
