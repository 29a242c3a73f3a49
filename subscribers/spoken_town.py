"""The town as residents of another language read it: names, labels and standing sentences in their words."""

from dataclasses import replace

from foundation.catalogue import Told
from foundation.languages import Language
from subscribers.town import Sentences, Town


def spoken(town: Town, language: Language) -> Town:
    """What the town's file does not translate stays Japanese, and is marked so. Keys and addresses are the same."""
    if language is Language.JAPANESE:
        return town
    words = town.translations.get(language, {})

    def say(japanese: str) -> str:
        if japanese not in words:
            return Told(japanese, in_japanese=language.tag != "ja") if japanese else ""
        return Told(words[japanese])

    return replace(
        town,
        name=say(town.name),
        prefecture=say(town.prefecture),
        service_name=say(town.service_name),
        section=say(town.section),
        contact=replace(town.contact, name=say(town.contact.name)),
        police=replace(town.police, name=say(town.police.name), mail_service=say(town.police.mail_service)),
        topics=tuple(replace(each, label=say(each.label), help=say(each.help)) for each in town.topics),
        areas=tuple(replace(each, label=say(each.label)) for each in town.areas),
        places=tuple(replace(each, label=say(each.label)) for each in town.places),
        sentences=Sentences(say(town.sentences.privacy), say(town.sentences.cost), say(town.sentences.no_enquiries)),
    )
