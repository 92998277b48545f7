-- Gives the next numbers of a shard and returns the last; the row stays locked until commit.
UPDATE shards SET head = head + $2 WHERE id = $1 RETURNING head
