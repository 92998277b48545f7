-- Gives the next number of a shard; the row stays locked until commit.
UPDATE shards SET head = head + 1 WHERE id = $1 RETURNING head
