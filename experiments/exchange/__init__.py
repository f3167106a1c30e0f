"""Formats of others, read into values of ours. So far: the transcript files that the study released."""

from .conversation import Call, Conversation, Message, Role
from .released import BadTranscript, parse_transcript, read_transcript, transcript_files

__all__ = [
    "BadTranscript",
    "Call",
    "Conversation",
    "Message",
    "Role",
    "parse_transcript",
    "read_transcript",
    "transcript_files",
]
