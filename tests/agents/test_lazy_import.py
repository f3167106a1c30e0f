"""Importing costs nothing, and LiteLLM, when it is needed, comes in quietly and offline."""

import subprocess
import sys
from pathlib import Path


def python(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    head = f"import sys; sys.path.insert(0, {str(root)!r})\n"
    return subprocess.run([sys.executable, "-c", head + code], cwd=cwd, capture_output=True, text=True, check=False)


def test_importing_the_client_does_not_import_litellm(tmp_path: Path) -> None:
    done = python("import agents.litellm_client; assert not {'litellm', 'openai'} & set(sys.modules)", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_litellm_comes_in_without_a_word_a_socket_or_a_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALLEGIANCE_PLANTED=1\n")
    code = """
import os, time
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        os.write(2, f"{event} {args}\\n".encode())
    if event == "open" and str(args[0]).endswith(".env"):
        os.write(2, f"{event} {args}\\n".encode())
sys.addaudithook(watch)
from agents.litellm_client import _litellm
litellm = _litellm()
assert _litellm() is litellm
assert litellm.suppress_debug_info and litellm.disable_hf_tokenizer_download
assert not litellm.drop_params
time.sleep(0.3)  # A download of prices would begin in the background.
assert "ALLEGIANCE_PLANTED" not in os.environ
"""
    done = python(code, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_failing_calls_print_nothing(tmp_path: Path) -> None:
    code = """
from autogen_core.models import UserMessage
from tests.agents_fake_server import Cut, Fail, FakeEndpoint, Html, Say, run
from agents.errors import ModelRequestError
from agents.limits import Limits
from agents.litellm_client import LiteLLMClient, ModelSpec
from agents.retry import RetryPolicy
async def main():
    for prefix in ("", "openai/"):
        async with FakeEndpoint(Fail(500), Cut(), Html(), Fail(429), Say(), Say(), Fail(401)) as server:
            spec = ModelSpec(model=prefix + "fake", api_base=server.url)
            client = LiteLLMClient(spec, limits=Limits(), retry=RetryPolicy(first_pause_s=0.01))
            prompt = [UserMessage(content="Well?", source="u")]
            await client.create(prompt)
            [part async for part in client.create_stream(prompt)]
            try:
                await client.create(prompt)
            except ModelRequestError:
                pass
run(main())
"""
    done = python(code, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
