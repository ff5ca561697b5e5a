-- Which process sends a delivery: one that is pending when its process is gone will never end by itself.
ALTER TABLE deliveries ADD COLUMN holder TEXT NOT NULL DEFAULT '';
CREATE INDEX deliveries_pending ON deliveries (id) WHERE state = 'pending';
