import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ImpossibleTopology, UnknownName
from sim.message import AgentId
from sim.topology import TOPOLOGIES, Edge, Topology, build_topology, describe_topologies, from_edges

FILES = ("edge-list", "graphml", "gexf")
DRAWN = [name for name in TOPOLOGIES if name not in FILES]
RANDOM = [
    "watts-strogatz",
    "barabasi-albert",
    "erdos-renyi",
    "random-regular",
    "stochastic-block",
    "bipartite",
    "caveman",
    "signed-balanced",
    "signed-unbalanced",
    "multilayer",
]

sizes = st.sampled_from([6, 8, 10, 12, 16, 20])
seeds = st.integers(0, 2**32 - 1)
names = st.sampled_from(DRAWN)


def ids(*text: str) -> list[AgentId]:
    return [AgentId(each) for each in text]


@given(names, sizes, seeds, st.integers(1, 9))
def test_edges_stay_within_the_nodes_without_loops_and_take_time(name: str, n: int, seed: int, delay: int) -> None:
    topology = build_topology(name, n, seed=seed, delay=delay)
    assert len(topology) == n
    for source, target, ticks in topology.edges:
        assert source in topology
        assert target in topology
        assert source != target
        assert ticks == delay


@given(names, sizes, seeds)
def test_the_same_seed_draws_the_same_graph(name: str, n: int, seed: int) -> None:
    once, again = (
        build_topology(name, n, seed=seed),
        build_topology(name, n, seed=np.random.default_rng(seed)),
    )
    assert once == again
    assert once.digest() == again.digest()


@given(names, sizes, seeds)
@settings(max_examples=40)
def test_distances_agree_with_networkx(name: str, n: int, seed: int) -> None:
    topology = build_topology(name, n, seed=seed)
    lengths = dict(nx.all_pairs_shortest_path_length(topology.to_networkx()))
    for a in topology.nodes:
        for b in topology.nodes:
            assert topology.distance(a, b) == lengths[a].get(b)


@given(names, sizes, seeds)
def test_neighbours_edges_and_delays_tell_one_story(name: str, n: int, seed: int) -> None:
    topology = build_topology(name, n, seed=seed)
    pairs = {(edge.source, edge.target) for edge in topology.edges}
    for a in topology.nodes:
        assert topology.neighbours(a) == tuple(b for b in topology.nodes if (a, b) in pairs)
        assert all(topology.has_edge(a, b) == ((a, b) in pairs) for b in topology.nodes)
        assert all(topology.delay(a, b) == 1 for b in topology.neighbours(a))


@given(names, sizes, seeds)
def test_undirected_graphs_become_two_edges_a_tie_and_are_connected(name: str, n: int, seed: int) -> None:
    topology = build_topology(name, n, seed=seed)
    assert all(topology.has_edge(b, a) for a, b, _ in topology.edges)
    assert nx.is_strongly_connected(topology.to_networkx())


@given(names, sizes, seeds)
def test_disk_and_back_changes_nothing(name: str, n: int, seed: int) -> None:
    topology = build_topology(name, n, seed=seed)
    back = Topology.model_validate_json(topology.model_dump_json())
    assert back == topology
    assert back.digest() == topology.digest()


@given(names, sizes, seeds, st.data())
def test_without_an_agent_only_its_own_edges_go(name: str, n: int, seed: int, data: st.DataObject) -> None:
    topology = build_topology(name, n, seed=seed)
    gone = data.draw(st.sampled_from(topology.nodes))
    left = topology.without(gone)
    assert gone not in left
    assert set(topology.edges) - set(left.edges) == {edge for edge in topology.edges if gone in edge[:2]}


@pytest.mark.parametrize("name", RANDOM)
def test_another_seed_draws_another_graph(name: str) -> None:
    assert len({build_topology(name, 20, seed=seed).digest() for seed in range(5)}) > 1


def test_a_drawn_graph_does_not_depend_on_the_process() -> None:
    script = (
        f"from sim.topology import build_topology;print([build_topology(name, 12, seed=7).digest() for name in {DRAWN!r}])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": salt},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert runs == {f"{[build_topology(name, 12, seed=7).digest() for name in DRAWN]}\n"}


def test_importing_topology_does_not_import_networkx() -> None:
    script = "import sys, sim.topology as t; t.describe_topologies(); sys.exit('networkx' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("name", "params", "degrees"),
    [
        ("complete", {}, {11: 12}),
        ("ring", {}, {2: 12}),
        ("star", {}, {1: 11, 11: 1}),
        ("path", {}, {1: 2, 2: 10}),
        ("grid", {}, {4: 12}),
        ("grid", {"periodic": False}, {2: 4, 3: 6, 4: 2}),
        ("grid", {"rows": 1, "periodic": False}, {1: 2, 2: 10}),
        ("tree", {"r": 11}, {1: 11, 11: 1}),
        ("watts-strogatz", {"p": 0.0}, {4: 12}),
        ("random-regular", {"d": 5}, {5: 12}),
        ("erdos-renyi", {"p": 1.0}, {11: 12}),
        ("stochastic-block", {"p_in": 1.0, "p_out": 0.0, "connected": False}, {5: 12}),
        ("bipartite", {"left": 4, "ties": 32}, {4: 8, 8: 4}),
        ("caveman", {"caves": 3, "p": 0.0, "connected": False}, {3: 12}),
        ("signed-balanced", {}, {11: 12}),
        ("signed-unbalanced", {"on": "random-regular/d=6", "balance": 0.8}, {6: 12}),
    ],
)
def test_degrees_are_those_of_the_literature(name: str, params: dict[str, Any], degrees: dict[int, int]) -> None:
    topology = build_topology(name, 12, **params)
    assert Counter(len(topology.neighbours(node)) for node in topology.nodes) == degrees


def test_hub_root_and_blocks_come_in_node_order() -> None:
    star, tree = build_topology("star", 5), build_topology("tree", 7)
    assert len(star.neighbours(star.nodes[0])) == 4
    assert tree.neighbours(tree.nodes[0]) == tree.nodes[1:3]
    blocks = build_topology("stochastic-block", 7, p_in=1.0, p_out=0.0, connected=False)
    assert blocks.distance(blocks.nodes[0], blocks.nodes[3]) == 1
    assert blocks.distance(blocks.nodes[3], blocks.nodes[4]) is None


def test_names_are_taken_in_node_order() -> None:
    topology = build_topology("star", 3, names=ids("q", "k", "z"))
    assert topology.neighbours(AgentId("q")) == ("k", "z")


def test_one_agent_alone_is_a_population() -> None:
    assert build_topology("complete", 1).edges == ()


@pytest.mark.parametrize(
    ("name", "n", "params", "says"),
    [
        ("ring", 2, {}, "n >= 3"),
        ("star", 1, {}, "n >= 2"),
        ("complete", 0, {}, "n >= 1"),
        ("complete", None, {}, "n >= 1"),
        ("grid", 7, {}, "two factors"),
        ("grid", 12, {"rows": 5}, "two factors"),
        ("watts-strogatz", 8, {"k": 3}, "k=3.*multiple of 2"),
        ("watts-strogatz", 4, {"k": 4}, "k < 4"),
        ("watts-strogatz", 8, {"p": 1.5}, r"p=1\.5"),
        ("barabasi-albert", 3, {"m": 3}, "m < 3"),
        ("random-regular", 5, {"d": 3}, "must be even"),
        ("random-regular", 8, {"d": 1}, "connected=False"),
        ("erdos-renyi", 20, {"p": 0.0}, "connected=False"),
        ("erdos-renyi", 20, {"p": "often"}, "p='often'"),
        ("stochastic-block", 3, {"blocks": 4}, "at most 3"),
        ("bipartite", 1, {}, "n >= 2"),
        ("bipartite", 6, {"left": 6}, "left < 6"),
        ("bipartite", 6, {"ties": 10}, "9 at most"),
        ("bipartite", 6, {"ties": 4}, "it takes 5"),
        ("caveman", 12, {"caves": 5}, "caves=1, 2, 3, 4, 6"),
        ("caveman", 12, {"p": 0.0}, "connected=False"),
        ("gexf", None, {"path": "/no/such.gexf"}, "cannot read"),
        ("edge-list", None, {}, "path is missing"),
        ("graphml", None, {"path": "/no/such.graphml"}, "cannot read"),
    ],
)
def test_what_no_graph_can_satisfy_is_refused_with_a_way_out(
    name: str, n: int | None, params: dict[str, Any], says: str
) -> None:
    with pytest.raises(ImpossibleTopology, match=says):
        build_topology(name, n, **params)


def test_unknown_names_are_answered_with_what_exists() -> None:
    with pytest.raises(UnknownName, match=r"'rnig'; did you mean 'ring'"):
        build_topology("rnig", 4)
    with pytest.raises(UnknownName, match=r"parameter of watts-strogatz 'q' \(there are: k, p\)"):
        build_topology("watts-strogatz", 8, q=0.1)
    ring = build_topology("ring", 4)
    with pytest.raises(UnknownName, match="'agent-9'"):
        ring.neighbours(AgentId("agent-9"))
    with pytest.raises(UnknownName, match="edge from 'agent-0' to 'agent-2'"):
        ring.delay(AgentId("agent-0"), AgentId("agent-2"))
    with pytest.raises(UnknownName):
        ring.distance(AgentId("agent-0"), AgentId("nobody"))
    with pytest.raises(UnknownName):
        ring.without(AgentId("nobody"))
    assert not ring.has_edge(AgentId("nobody"), AgentId("agent-0"))


@pytest.mark.parametrize(
    ("edges", "nodes", "says"),
    [
        ([("a", "a")], None, "own neighbour"),
        ([("a", "b"), ("a", "b")], None, "twice"),
        ([("a", "b")], ["a"], "leaves the graph; add 'b'"),
        ([("a", "b")], ["a", "b", "a"], "named twice: a"),
        ([("a", "b", 0)], None, "takes 0 ticks"),
    ],
)
def test_edges_that_are_no_graph_are_refused(edges: list[Any], nodes: list[str] | None, says: str) -> None:
    with pytest.raises(ImpossibleTopology, match=says):
        from_edges(edges, nodes=nodes)


def test_directed_edges_stay_directed() -> None:
    line = from_edges([("a", "b"), ("b", "c", 3)], delay=2)
    a, b, c = line.nodes
    assert (line.delay(a, b), line.delay(b, c)) == (2, 3)
    assert (line.distance(a, c), line.distance(c, a), line.distance(a, a)) == (2, None, 0)


def test_the_order_in_which_edges_are_given_does_not_matter() -> None:
    edges = [("a", "b"), ("b", "a"), ("a", "c")]
    there, back = from_edges(edges, nodes="abc"), from_edges(edges[::-1], nodes="abc")
    assert there == back
    unsorted = Topology(name="x", nodes=there.nodes, edges=there.edges[::-1])
    assert unsorted.digest() == there.digest()
    assert unsorted.neighbours(AgentId("a")) == ("b", "c")


def test_an_edge_list_is_read_and_frozen(tmp_path: Path) -> None:
    file = tmp_path / "ties.txt"
    file.write_text("# who knows whom\na b\nb c 4  # slow\n\nd\n")
    read = build_topology("edge-list", path=str(file), delay=2)
    a, b, c, d = read.nodes
    assert (read.delay(b, a), read.delay(c, b), read.neighbours(d)) == (2, 4, ())
    assert from_edges(read.edges, nodes=read.nodes).digest() == read.digest()
    directed = build_topology("edge-list", path=str(file), directed=True)
    assert directed.edges == (Edge(a, b, 1), Edge(b, c, 4))
    with pytest.raises(ImpossibleTopology, match="holds 4"):
        build_topology("edge-list", 5, path=str(file))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a b 0", "takes 0 ticks"),
        ("a b soon", "line 1"),
        ("a b 1 2", "line 1"),
        ("a a", "own neighbour"),
        ("a b 1\nb a 2", "line 2.*directed=True"),
    ],
)
def test_a_damaged_edge_list_is_refused_by_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "ties.txt"
    file.write_text(text)
    with pytest.raises(ImpossibleTopology, match=says):
        build_topology("edge-list", path=str(file))


def test_a_graphml_file_is_read(tmp_path: Path) -> None:
    topology = from_edges([("a", "b", 3), ("b", "c", 1)], nodes="abc")
    file = tmp_path / "graph.graphml"
    nx.write_graphml_xml(topology.to_networkx(), file)
    assert build_topology("graphml", path=str(file)).digest() == topology.digest()
    file.write_text("a b")
    with pytest.raises(ImpossibleTopology, match="not GraphML"):
        build_topology("graphml", path=str(file))


def test_every_generator_is_described_with_its_defaults() -> None:
    lines = {line.name: line for line in describe_topologies()}
    assert list(lines) == list(TOPOLOGIES)
    assert lines["watts-strogatz"].params == {"k": 4, "p": 0.1}
    assert lines["edge-list"].required == ("path",)
    assert all(line.summary.endswith(".") for line in lines.values())


def test_lookups_at_ten_thousand_agents_do_not_search() -> None:
    topology = build_topology("barabasi-albert", 10_000, m=2)
    hub = topology.nodes[0]
    found = sum(topology.has_edge(hub, other) for other in topology.nodes)
    assert found == len(topology.neighbours(hub))
    assert topology._delays is topology._delays
