-- What the tables mean together. Views resolve merged contacts when they are read.

-- For each identity that a word is about, or that a contact with a word of its own ever had: the
-- latest word about the identity, and the latest about a contact. Out wins ties. A contact's
-- opt-in counts only where there is no word about the identity itself.
--
-- First come the identities with the contacts whose word may be the one that counts, in four arms:
-- the word is about the identity or about a contact, which was or was not merged. So the view can
-- be entered by the identity and by the contact. Then each is decided, and kept where the word
-- that counts is that contact's.
CREATE VIEW "consent_current" AS
SELECT about.app_id, about.channel, about.identity, about.contact_id,
    CASE word.effect WHEN 'OUT' THEN 'OPTED_OUT' ELSE 'OPTED_IN' END AS state, word.since
FROM (
    SELECT e.app_id, e.channel, e.identity, e.contact_id
    FROM consent_event AS e
    WHERE e.identity IS NOT NULL AND e.effect IS NOT NULL
        AND NOT EXISTS (SELECT FROM contact_root AS r WHERE r.contact_id = e.contact_id)
    UNION
    SELECT e.app_id, e.channel, e.identity, r.root_id
    FROM contact_root AS r
    JOIN consent_event AS e ON e.contact_id = r.contact_id
    WHERE e.identity IS NOT NULL AND e.effect IS NOT NULL
    UNION
    SELECT e.app_id, i.channel, i.identity, i.sinch_contact_id
    FROM contact_identity AS i
    JOIN consent_event AS e ON e.contact_id = i.sinch_contact_id AND e.channel = i.channel
    WHERE e.identity IS NULL AND e.effect IS NOT NULL
        AND NOT EXISTS (SELECT FROM contact_root AS r WHERE r.contact_id = i.sinch_contact_id)
    UNION
    SELECT e.app_id, i.channel, i.identity, r.root_id
    FROM contact_root AS r
    JOIN contact_identity AS i ON i.sinch_contact_id = r.contact_id
    JOIN contact_root AS other ON other.root_id = r.root_id
    JOIN consent_event AS e ON e.contact_id = other.contact_id AND e.channel = i.channel
    WHERE e.identity IS NULL AND e.effect IS NOT NULL
) AS about
CROSS JOIN LATERAL (
    SELECT either.effect, either.since,
        coalesce((SELECT r.root_id FROM contact_root AS r WHERE r.contact_id = either.contact_id),
            either.contact_id) AS contact_id
    FROM (
        (
            SELECT 1 AS preference, e.effect, greatest(e.order_at, e.repeated_at) AS since, e.contact_id
            FROM consent_event AS e
            WHERE e.identity = about.identity AND e.channel = about.channel
                AND e.app_id = about.app_id AND e.effect IS NOT NULL
            ORDER BY since DESC, e.effect DESC, e.event_digest DESC
            LIMIT 1
        )
        UNION ALL
        (
            SELECT CASE e.effect WHEN 'OUT' THEN 1 ELSE 0 END, e.effect,
                greatest(e.order_at, e.repeated_at) AS since, e.contact_id
            FROM contact_identity AS i
            CROSS JOIN LATERAL (
                SELECT i.sinch_contact_id AS id
                UNION ALL
                SELECT other.contact_id FROM contact_root AS r
                JOIN contact_root AS other ON other.root_id = r.root_id
                WHERE r.contact_id = i.sinch_contact_id
            ) AS contact
            JOIN consent_event AS e ON e.contact_id = contact.id AND e.channel = i.channel
            WHERE i.identity = about.identity AND i.channel = about.channel
                AND e.app_id = about.app_id AND e.identity IS NULL AND e.effect IS NOT NULL
            ORDER BY since DESC, e.effect DESC, e.event_digest DESC
            LIMIT 1
        )
    ) AS either
    ORDER BY either.preference DESC, either.since DESC, either.effect DESC
    LIMIT 1
) AS word
WHERE word.contact_id IS NOT DISTINCT FROM about.contact_id
UNION ALL
SELECT nowhere.app_id, nowhere.channel, NULL, nowhere.contact_id,
    CASE nowhere.effect WHEN 'OUT' THEN 'OPTED_OUT' ELSE 'OPTED_IN' END, nowhere.since
FROM (
    SELECT DISTINCT ON (e.app_id, e.channel, e.contact_id) e.*
    FROM (
        SELECT e.app_id, e.channel, e.contact_id, e.effect,
            greatest(e.order_at, e.repeated_at) AS since, e.event_digest
        FROM consent_event AS e
        WHERE e.identity IS NULL AND e.effect IS NOT NULL
            AND NOT EXISTS (SELECT FROM contact_root AS r WHERE r.contact_id = e.contact_id)
            AND NOT EXISTS (
                SELECT FROM contact_identity AS i
                WHERE i.sinch_contact_id = e.contact_id AND i.channel = e.channel
            )
        UNION ALL
        SELECT e.app_id, e.channel, r.root_id, e.effect,
            greatest(e.order_at, e.repeated_at), e.event_digest
        FROM contact_root AS r
        JOIN consent_event AS e ON e.contact_id = r.contact_id
        WHERE e.identity IS NULL AND e.effect IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM contact_root AS other
                JOIN contact_identity AS i ON i.sinch_contact_id = other.contact_id
                WHERE other.root_id = r.root_id AND i.channel = e.channel
            )
    ) AS e
    ORDER BY e.app_id, e.channel, e.contact_id, e.since DESC, e.effect DESC, e.event_digest DESC
) AS nowhere;

COMMENT ON VIEW "consent_current" IS 'Whether an identity may be written to: one row for each app, channel and identity. A contact that has a word and no known identity on the channel has a row without an identity. No row: nobody said anything.';
COMMENT ON COLUMN "consent_current"."contact_id" IS 'The contact of the word that counts, after merges.';
COMMENT ON COLUMN "consent_current"."since" IS 'When that word was said.';

-- One row for all contacts that were merged into one.
CREATE VIEW "contact_current" AS
SELECT c.sinch_contact_id AS contact_id, profile.display_name, profile.email, profile.external_id,
    profile.metadata, profile.language, profile.channel_priority,
    coalesce(listed.identities, '[]') AS identities,
    coalesce(shared.duplicates, '[]') AS duplicates,
    members.merged_contact_ids, c.deleted_at IS NOT NULL AS deleted, c.deleted_at,
    c.created_at, profile.updated_at
FROM contact AS c
CROSS JOIN LATERAL (
    SELECT array_agg(m.id ORDER BY m.id) AS ids,
        coalesce(jsonb_agg(m.id ORDER BY m.id) FILTER (WHERE m.id <> c.sinch_contact_id), '[]')
            AS merged_contact_ids
    FROM (
        SELECT c.sinch_contact_id AS id
        UNION
        SELECT r.contact_id FROM contact_root AS r WHERE r.root_id = c.sinch_contact_id
    ) AS m
) AS members
CROSS JOIN LATERAL (
    SELECT p.* FROM contact AS p WHERE p.sinch_contact_id = ANY (members.ids)
    ORDER BY p.sinch_contact_id = c.sinch_contact_id AND p.profile_stamp IS NOT NULL DESC,
        p.profile_stamp DESC NULLS LAST, p.sinch_contact_id
    LIMIT 1
) AS profile
LEFT JOIN LATERAL (
    SELECT jsonb_agg(
        jsonb_build_object('channel', i.channel, 'identity', i.identity,
            'channel_identity', i.channel_identity, 'app_id', i.app_id)
        ORDER BY i.channel, i.identity, i.app_id) AS identities
    FROM (
        SELECT i.channel, i.identity, i.app_id, max(i.channel_identity) AS channel_identity
        FROM contact_identity AS i
        WHERE i.sinch_contact_id = ANY (members.ids)
        GROUP BY i.channel, i.identity, i.app_id
        HAVING bool_and(i.listed_stamp IS NULL)
            OR bool_or(i.listed_stamp >= profile.profile_stamp)
            OR profile.profile_stamp IS NULL
    ) AS i
) AS listed ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(
        jsonb_build_object('channel', d.channel, 'contact_ids', d.contact_ids)
        ORDER BY d.channel) AS duplicates
    FROM (
        SELECT o.channel, jsonb_agg(DISTINCT o.contact_id ORDER BY o.contact_id) AS contact_ids
        FROM (
            SELECT d.channel, coalesce(
                (SELECT r.root_id FROM contact_root AS r WHERE r.contact_id = other.id), other.id
            ) AS contact_id
            FROM contact_duplicate AS d
            CROSS JOIN LATERAL jsonb_array_elements_text(d.other_contact_ids) AS other(id)
            WHERE d.sinch_contact_id = ANY (members.ids)
        ) AS o
        WHERE o.contact_id <> c.sinch_contact_id
        GROUP BY o.channel
    ) AS d
) AS shared ON true
WHERE NOT EXISTS (
    SELECT FROM contact_root AS r
    WHERE r.contact_id = c.sinch_contact_id AND r.root_id <> r.contact_id
);

COMMENT ON VIEW "contact_current" IS 'Contacts after merges: one row for all that became one, with its latest profile.';
COMMENT ON COLUMN "contact_current"."identities" IS 'Where it is reached: what its latest profile lists, and what only messages or consents named.';
COMMENT ON COLUMN "contact_current"."duplicates" IS 'Other contacts that share an identity with it, by channel. Those that were merged since are not among them.';
COMMENT ON COLUMN "contact_current"."merged_contact_ids" IS 'Contacts that were merged into it.';

-- Messages and inbound events. Each arm is one table, so that a page is read from its index.
CREATE VIEW "conversation_timeline" AS
SELECT m.conversation_id, m.created_at, m.happened_at, 'MESSAGE' AS entry, m.sinch_message_id AS id,
    m.direction::text AS direction, m.app_id,
    coalesce((SELECT r.root_id FROM contact_root AS r WHERE r.contact_id = m.contact_id), m.contact_id) AS contact_id,
    m.channel, m.identity, m.kind, m.text, m.content, m.status, m.status_at, m.reason_code
FROM message AS m
UNION ALL
SELECT e.conversation_id, e.created_at, e.happened_at, 'EVENT', e.id,
    'TO_APP', e.app_id,
    coalesce((SELECT r.root_id FROM contact_root AS r WHERE r.contact_id = e.contact_id), e.contact_id),
    e.channel, e.identity, e.kind, NULL, e.content, NULL, NULL, NULL
FROM inbound_event AS e;

COMMENT ON VIEW "conversation_timeline" IS 'Messages and inbound events of a conversation, by time. Pages of long ones are read by created_at, the first receipt, which has an index. contact_id is the contact after merges.';

-- App and time are those of message_failure, by whose index a day of an app is found.
CREATE VIEW "message_failed" AS
SELECT m.sinch_message_id, m.created_at, m.happened_at, m.sent_at, m.redacted_at, m.updated_at,
    m.delivered_at, m.read_at, f.failed_at, m.status_at, m.direction, m.status_rank,
    m.several_channels, m.status_stamp, m.status, m.reason_code, m.reason_sub_code,
    m.reason_channel_code, m.reason_description, m.channel, m.identity, m.channel_identity,
    f.app_id, m.project_id, m.conversation_id, m.contact_id, m.kind, m.text, m.content,
    m.content_stamp, m.metadata, m.channel_metadata, m.conversation_metadata, m.batch_id,
    m.correlation_id, m.processing_mode, m.sender_id, m.reply_to_message_id
FROM message_failure AS f
JOIN message AS m ON m.sinch_message_id = f.sinch_message_id
WHERE m.status = 'FAILED';

COMMENT ON VIEW "message_failed" IS 'Messages whose status is FAILED. One that was delivered by another channel is not among them.';

CREATE VIEW "delivery_latency" AS
SELECT m.sinch_message_id, m.app_id, m.channel, m.sent_at, m.delivered_at, m.read_at,
    m.delivered_at - m.sent_at AS until_delivered, m.read_at - m.sent_at AS until_read,
    m.read_at - m.delivered_at AS from_delivered_to_read
FROM message AS m
WHERE m.direction = 'TO_CONTACT' AND m.sent_at IS NOT NULL;

COMMENT ON VIEW "delivery_latency" IS 'How long messages to contacts took. Clocks of Sinch and of channels differ: small negative gaps are theirs.';

CREATE VIEW "status_by_day" AS
SELECT m.app_id, m.channel, (m.happened_at AT TIME ZONE 'UTC')::date AS day, m.status, count(*) AS count
FROM message AS m
WHERE m.direction = 'TO_CONTACT'
GROUP BY m.app_id, m.channel, (m.happened_at AT TIME ZONE 'UTC')::date, m.status;

COMMENT ON VIEW "status_by_day" IS 'Messages to contacts by app, channel, day (UTC) of sending and status. No status: no report yet.';
