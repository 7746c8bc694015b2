-- name: one_policy_in_force
-- Whoever has published a policy has exactly one in force, and it is the one that came last.
SELECT p.market, p.version
FROM policies.policy AS p
WHERE
    p.activation IS NOT NULL
    AND (p.state = 'active') <> (
        p.activation = (
            SELECT max(n.activation) FROM policies.policy AS n
            WHERE n.market = p.market
        )
    );

-- name: a_policy_was_moved_as_often_as_it_says
-- Each change of a version since it was written is a move of its life.
SELECT p.market, p.version
FROM policies.policy AS p
WHERE p.revision - 1 <> (
    SELECT count(*) FROM policies.policy_move AS m
    WHERE m.market = p.market AND m.version = p.version
);
