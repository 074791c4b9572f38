"""What is typed when holders are too few: the window's end and its cause, and a bidder's recovery file."""

from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import Optional

from app.common.forms import Form, LocalDateTimeField, at_most, required
from app.common.i18n import _l


class WindowForm(Form):
    ends_at = LocalDateTimeField(_l("补救解密的结束时间"), [required()], description=_l("从公布时算起，30 分钟以上、3 日以内。"))
    cause = TextAreaField(
        _l("保管人不足的原因"), [required(), at_most(400)], description=_l("写明谁没有到、为什么。随开标记录公开。"), render_kw={"rows": 3}
    )


class RecoveryForm(Form):
    file = FileField(_l("恢复文件"), description=_l("文件名以 linli-recovery 开头，封装投标时下载的。"))
    secret = TextAreaField(
        _l("或者恢复文件里的密钥"),
        [Optional(), at_most(4000)],
        description=_l("以 AGE-SECRET-KEY-1 开头的一行。"),
        render_kw={"rows": 2, "autocomplete": "off", "spellcheck": "false"},
    )

    @property
    def typed(self) -> str:
        """The words of the file, or what was pasted; a recovery file is a few lines."""
        uploaded = self.file.data.read(64 * 1024).decode("utf-8", "replace") if self.file.data else ""
        return uploaded or self.secret.data or ""
