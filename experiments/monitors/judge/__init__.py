"""The judge: a model that answers, over frozen transcripts, what no record decides; and what its answers are worth.

Its answers stand beside a run (`judgements.jsonl`) and never among the readings of rules.
"""

from .agreement import FAIR_ALPHA, GOOD_ALPHA, Agreement, cohen_kappa, krippendorff_alpha
from .blind import Excerpt, excerpt, subjects_of
from .judgement import Judgement, Standing, read_judgements
from .panel import Ending, Item, items_of, judge
from .prompt import SYSTEM, Found, Missing, answer_schema, read_answer, write_prompt
from .questions import CANNOT_TELL, QUESTIONS, Question, choose_questions
from .rates import PANEL, Accuracy, ArmRate, Place, Truth, agreement, arm_rates, consensus
from .two_phase import gold_set, powered

__all__ = [
    "CANNOT_TELL",
    "FAIR_ALPHA",
    "GOOD_ALPHA",
    "PANEL",
    "QUESTIONS",
    "SYSTEM",
    "Accuracy",
    "Agreement",
    "ArmRate",
    "Ending",
    "Excerpt",
    "Found",
    "Item",
    "Judgement",
    "Missing",
    "Place",
    "Question",
    "Standing",
    "Truth",
    "agreement",
    "answer_schema",
    "arm_rates",
    "choose_questions",
    "cohen_kappa",
    "consensus",
    "excerpt",
    "gold_set",
    "items_of",
    "judge",
    "krippendorff_alpha",
    "powered",
    "read_answer",
    "read_judgements",
    "subjects_of",
    "write_prompt",
]
