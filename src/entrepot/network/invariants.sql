-- name: groups_name_known_nodes
-- Every member of a node group is a node of its market.
SELECT g.market, g.group_id, m.node_id
FROM network.node_group AS g
CROSS JOIN unnest(g.node_ids) AS m (node_id)
LEFT JOIN network.node AS n ON g.market = n.market AND m.node_id = n.node_id
WHERE n.node_id IS NULL;

-- name: channels_name_known_nodes
-- Every node a channel may sell from is a node of its market.
SELECT c.market, c.channel_id, m.node_id
FROM network.channel AS c
CROSS JOIN unnest(c.nodes) AS m (node_id)
LEFT JOIN network.node AS n ON c.market = n.market AND m.node_id = n.node_id
WHERE n.node_id IS NULL;

-- name: channels_name_known_groups
-- Every node group a channel may sell from is a node group of its market.
SELECT c.market, c.channel_id, m.group_id
FROM network.channel AS c
CROSS JOIN unnest(c.node_groups) AS m (group_id)
LEFT JOIN network.node_group AS g ON c.market = g.market AND m.group_id = g.group_id
WHERE g.group_id IS NULL;

-- name: every_network_has_a_market
-- A network's rows belong to a market that was opened: without its row no server sees a change.
SELECT r.market, r.row_id
FROM (
    SELECT n.market, n.node_id AS row_id
    FROM network.node AS n
    UNION ALL
    SELECT c.market, c.channel_id AS row_id
    FROM network.channel AS c
    UNION ALL
    SELECT l.market, l.lane_id AS row_id
    FROM network.lane AS l
) AS r
LEFT JOIN network.market AS m ON r.market = m.market
WHERE m.market IS NULL;
