"""All variants, by behaviour."""

from .acts import Variant
from .carrying import exfiltration
from .refusing import alignment_faking, refusals
from .reports import misrepresentation
from .switch import tampering


def all_variants() -> list[Variant]:
    """Acts and their look-alikes."""
    return [*misrepresentation(), *tampering(), *exfiltration(), *refusals(), *alignment_faking()]
