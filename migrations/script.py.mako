<%
    import re
    tables = re.findall(r"op\.create_table\(\s*'(\w+)'", upgrades or "")
%>\
"""${message.rstrip(".")}."""

% if "sa." in (upgrades or "") + (downgrades or ""):
import sqlalchemy as sa
% endif
from alembic import op
% if tables:
from tenancy import secure
% endif
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the revision."""
    ${upgrades if upgrades else "raise NotImplementedError"}
% for table in tables:
    secure("${table}")
% endfor


def downgrade() -> None:
    """Undo the revision."""
    ${downgrades if downgrades else "raise NotImplementedError"}
