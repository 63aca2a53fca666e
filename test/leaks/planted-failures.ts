import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { contents } from './canaries.ts';

/** Makes the database refuse some messages with errors that quote their content. */
export async function plantFailures(databaseUrl: string): Promise<void> {
  const statements = [
    `ALTER TABLE message ADD CONSTRAINT planted CHECK (sinch_message_id <> '01CHECK')`,
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.sinch_message_id = '01SYNTAX' THEN PERFORM NEW.content::text::integer; END IF;
      IF NEW.sinch_message_id = '01RAISED' THEN RAISE EXCEPTION 'no, %', NEW.content; END IF;
      IF NEW.sinch_message_id = '01RETRIED' THEN
        RAISE EXCEPTION 'too slow: "%"', NEW.content USING ERRCODE = '57014'; END IF;
      RETURN NEW; END $$`,
    `CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON message
      FOR EACH ROW EXECUTE FUNCTION refuse()`,
  ];
  for (const statement of statements) await queryRows(databaseUrl, statement);
}

/** The ids of the refused messages. */
export const failing = ['01CHECK', '01SYNTAX', '01RAISED', '01RETRIED'];

/** Makes a message whose text, sender and metadata are canaries. */
export function inbound(id: string): unknown {
  return {
    app_id: '01APP',
    message: {
      id,
      direction: 'TO_APP',
      contact_message: { text_message: { text: `${contents.text} ${contents.email}` } },
      channel_identity: { channel: 'SMS', identity: contents.phone },
      metadata: contents.metadata,
    },
  };
}
