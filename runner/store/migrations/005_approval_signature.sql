-- Where a registered key decided, its signature over the decision (base64).
ALTER TABLE approvals ADD COLUMN signature TEXT NOT NULL DEFAULT '';
