"""What is raised where settings, town file and templates do not fit: its text is the one line that is told of it."""

from foundation.catalogue import CatalogueBroken
from foundation.setting_values import SettingInvalid
from foundation.templating import TemplateBroken

MISFITS = (SettingInvalid, TemplateBroken, CatalogueBroken)
