"""What structural balance says of two agents without a tie: the signs of the paths over one other agent between them.

A friend's friend and an enemy's enemy are at the end of a positive path, a friend's enemy and an enemy's friend of a
negative one (Heider 1946; Cartwright & Harary 1956).
"""

from collections.abc import Iterator

from sim import AgentId, Layer, Topology


def paths(topology: Topology, agent: AgentId, other: AgentId) -> Iterator[tuple[int, int]]:
    """The signs of both ties of every such path, that of `agent` first; none where the two have a tie or are one."""
    signs = topology.signs
    if signs and agent != other and (agent, other) not in signs:
        for middle in topology.layer(Layer.TASK).neighbours(agent):
            if (middle, other) in signs:
                yield signs[agent, middle], signs[middle, other]


def path_sign(topology: Topology, agent: AgentId, other: AgentId) -> float | None:
    """The mean product of signs over those paths, in [-1, 1]; None where there are none."""
    products = [first * second for first, second in paths(topology, agent, other)]
    return sum(products) / len(products) if products else None
