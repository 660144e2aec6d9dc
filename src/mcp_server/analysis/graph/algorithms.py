"""Strongly connected parts, a shortest cycle in each, and layers of a directed graph; iterative and linear.

Nodes are numbered 0 to n-1 and `after[n]` lists what n points to, without duplicates, ascending: the same graph
gives the same answers.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

MAX_STEPS = 1_000_000
"""Edges looked at while seeking a shortest cycle. Beyond it the shortest one found so far stands."""

After = Sequence[Sequence[int]]


def strong_parts(after: After) -> list[list[int]]:
    """The strongly connected parts, each sorted, what depends on nothing first (Tarjan 1972, with its own stack)."""
    order = [0] * len(after)
    low = [0] * len(after)
    on_stack = bytearray(len(after))
    stack: list[int] = []
    found: list[list[int]] = []
    count = 0
    for start in range(len(after)):
        if order[start]:
            continue
        work: list[tuple[int, int]] = [(start, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                count += 1
                order[node] = low[node] = count
                stack.append(node)
                on_stack[node] = 1
            targets = after[node]
            while at < len(targets):
                target = targets[at]
                at += 1
                if not order[target]:
                    work.append((node, at))
                    work.append((target, 0))
                    break
                if on_stack[target] and order[target] < low[node]:
                    low[node] = order[target]
            else:
                if low[node] == order[node]:
                    found.append(_popped(stack, on_stack, node))
                if work and low[node] < low[work[-1][0]]:
                    low[work[-1][0]] = low[node]
    return found


def _popped(stack: list[int], on_stack: bytearray, node: int) -> list[int]:
    part: list[int] = []
    while True:
        top = stack.pop()
        on_stack[top] = 0
        part.append(top)
        if top == node:
            part.sort()
            return part


def shortest_cycle(after: After, part: Sequence[int]) -> list[int]:
    """A shortest ring within one strongly connected part of two nodes or more; of several the one that begins lowest.

    Exact while `MAX_STEPS` lasts; rings of two are found in one pass first.
    """
    members = set(part)
    inner: dict[int, Sequence[int]] = {
        node: after[node] if members.issuperset(after[node]) else [one for one in after[node] if one in members]
        for node in part
    }
    for node in part:
        for target in inner[node]:
            if target != node and _holds(inner[target], node):
                return [node, target]
    best: list[int] = []
    steps = 0
    for start in part:
        ring, taken = _ring_through(start, inner, len(best) or len(part) + 1)
        steps += taken
        if ring:
            best = ring
        if steps > MAX_STEPS or len(best) == 3:
            break
    return best


def _holds(targets: Sequence[int], node: int) -> bool:
    """Whether ascending numbers hold this one; a set for each node of a large tree took a hundred megabytes."""
    at = bisect_left(targets, node)
    return at < len(targets) and targets[at] == node


def _ring_through(start: int, inner: Mapping[int, Sequence[int]], below: int) -> tuple[list[int], int]:
    """A shortest ring through `start` of fewer than `below` nodes, [] when there is none; and the edges looked at."""
    before: dict[int, int] = {start: start}
    level, depth, steps = [start], 0, 0
    while level and depth + 1 < below:
        deeper: list[int] = []
        for node in level:
            for target in inner[node]:
                steps += 1
                if target == start:
                    ring = [node]
                    while ring[-1] != start:
                        ring.append(before[ring[-1]])
                    return ring[::-1], steps
                if target not in before:
                    before[target] = node
                    deeper.append(target)
        level, depth = deeper, depth + 1
    return [], steps


def layers(after: After) -> list[int]:
    """For each node the longest way down to a node that depends on nothing, 0 there; one number for a whole cycle."""
    parts = strong_parts(after)
    part_of = [0] * len(after)
    for number, part in enumerate(parts):
        for node in part:
            part_of[node] = number
    height = [0] * len(parts)
    for number, part in enumerate(parts):  # what a part depends on comes before it
        for node in part:
            for target in after[node]:
                if part_of[target] != number and height[part_of[target]] >= height[number]:
                    height[number] = height[part_of[target]] + 1
    return [height[part_of[node]] for node in range(len(after))]
