-- The least that a relay does: take facts that were written, give them dense numbers, keep them.
CREATE TABLE outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL,
    at timestamptz NOT NULL,
    data json NOT NULL
);

CREATE TABLE event (
    sequence bigint PRIMARY KEY,
    type text NOT NULL,
    at timestamptz NOT NULL,
    data json NOT NULL
);

CREATE TABLE feed (last_sequence bigint NOT NULL);

INSERT INTO feed VALUES (0);

CREATE FUNCTION move(most integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
    moved bigint;
BEGIN
    SELECT f.last_sequence INTO last FROM feed AS f FOR NO KEY UPDATE;
    WITH taken AS (
        DELETE FROM outbox
        WHERE outbox_id IN (SELECT o.outbox_id FROM outbox AS o ORDER BY o.outbox_id LIMIT most)
        RETURNING outbox_id, type, at, data
    )
    INSERT INTO event (sequence, type, at, data)
    SELECT last + row_number() OVER (ORDER BY t.outbox_id), t.type, t.at, t.data
    FROM taken AS t;
    GET DIAGNOSTICS moved = ROW_COUNT;
    UPDATE feed SET last_sequence = last + moved;
    RETURN moved;
END
$$;
