"""The pages of a document whose text was recognised (OCR), and with which confidence."""

from alembic import op

revision = "document_ocr"
down_revision = "document_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN ocr jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP COLUMN ocr")
