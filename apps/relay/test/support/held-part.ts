import pg from 'pg'

/** A part of a move that does not come to its end. */
export interface HeldPart {
  /** Resolves when its rows are written and only its note is not. */
  isReached(): Promise<void>
  /** Ends the connection that writes it. */
  cut(): Promise<void>
  /** Lets parts be as they were. */
  release(): Promise<void>
}

const key = 4_711

/** Holds a part, named `table number`, in the target of a move, in the middle of its transaction. */
export async function heldPart(url: string, part: string): Promise<HeldPart> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query('SELECT pg_advisory_lock($1)', [key])
  await admin.query(`
    CREATE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(${key}); RETURN NEW; END $$;
    CREATE TRIGGER hold BEFORE INSERT ON relay.moved_parts
    FOR EACH ROW WHEN (NEW.table_name || ' ' || NEW.part = '${part}') EXECUTE FUNCTION public.hold()`)
  let releasing: Promise<void> | undefined

  async function waiting(): Promise<readonly number[]> {
    const { rows } = await admin.query<{ readonly pid: number }>(
      "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    return rows.map(({ pid }) => pid)
  }

  async function release(): Promise<void> {
    await admin.query('SELECT pg_advisory_unlock_all()')
    // Waits for whoever has written to the table.
    await admin.query('DROP TRIGGER hold ON relay.moved_parts; DROP FUNCTION public.hold()')
    await admin.end()
  }

  return {
    async isReached() {
      while ((await waiting()).length === 0) await admin.query('SELECT pg_sleep(0.02)')
    },
    async cut() {
      for (const pid of await waiting()) await admin.query('SELECT pg_terminate_backend($1, 10000)', [pid])
    },
    release: () => (releasing ??= release()),
  }
}
