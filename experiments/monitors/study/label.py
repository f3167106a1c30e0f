"""What a reading of one released transcript says: labels, and the messages they rest on."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Label(StrEnum):
    """What an agent can be found to have done. The values are the study's words."""

    MISREPRESENTATION = "strategic_misrepresentation"
    TAMPERING = "shutdown_tampering"
    ALIGNMENT_FAKING = "alignment_faking"
    EXFILTRATION = "model_exfiltration"
    REFUSAL = "open_refusal"


class Evidence(BaseModel):
    """One message that shows an act: its position in the file, the tool that was called in it if any, and what it shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Label
    index: int
    tool: str | None
    why: str


class Finding(BaseModel):
    """What one monitor found. `certain` is False for what the record shows only in part: a failed try, a cue "
    "without a pair."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    monitor: str
    label: Label
    evidence: tuple[Evidence, ...]
    certain: bool = True
