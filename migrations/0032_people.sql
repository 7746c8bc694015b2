-- Why: people ask too, not only programs. An account says who somebody is and what is theirs to
-- do; a session says that they have shown it. Keys learn who made them, and when they are used.
CREATE TABLE access.account (
    market text NOT NULL,
    user_id uuid NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    node_ids text[],
    password text NOT NULL,
    enabled boolean NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    password_at timestamptz NOT NULL,
    signed_in_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (market, user_id),
    CONSTRAINT logins_are_written_small CHECK (login = lower(login)),
    CONSTRAINT only_associates_are_bound_to_nodes
    CHECK ((role = 'associate') = (node_ids IS NOT NULL) AND cardinality(node_ids) > 0)
);
-- No login is ever given twice, and no two people of a market are told apart by their face only.
CREATE UNIQUE INDEX one_account_per_login ON access.account (market, login);
CREATE UNIQUE INDEX one_account_per_name ON access.account (market, lower(name));

-- Only the digest of a session's token is here. It ends at the earlier of its two moments.
CREATE TABLE access.session (
    market text NOT NULL,
    digest bytea NOT NULL,
    user_id uuid NOT NULL,
    began_at timestamptz NOT NULL,
    idle_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text,
    PRIMARY KEY (market, digest),
    CONSTRAINT ended_for_a_reason CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
    FOREIGN KEY (market, user_id) REFERENCES access.account (market, user_id)
);
CREATE INDEX session_of_user ON access.session (market, user_id);

-- What a person wants the faces to remember; the faces know what it means.
CREATE TABLE access.preference (
    market text NOT NULL,
    user_id uuid NOT NULL,
    document json NOT NULL,
    version bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (market, user_id),
    FOREIGN KEY (market, user_id) REFERENCES access.account (market, user_id)
);

ALTER TABLE access.key ADD COLUMN made_by text;
ALTER TABLE access.key ADD COLUMN used_on date;
