import { systemClock } from '../clock/clock.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import { loadStore } from '../config/load-config.ts'
import { parseStore } from '../config/parse-settings.ts'
import { openMoveSource } from '../store/move/move-source.ts'
import type { StoreMoved } from '../store/move/move-store.ts'
import { moveStore } from '../store/move/move-store.ts'
import { moveTarget } from '../store/move/move-target.ts'
import { migrationScript } from '../store/postgres/migration-script.ts'
import { migrations } from '../store/postgres/migrations.ts'
import { openSchema } from '../store/postgres/open-schema.ts'
import { readSchemaVersion } from '../store/postgres/read-schema-version.ts'
import type { CommandContext } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'
import { createProgressBar } from './progress-bar.ts'
import { createProgressLines } from './progress-lines.ts'
import { UsageError } from './usage-error.ts'
import type { JsonOptions } from './write-json.ts'
import { writeJson } from './write-json.ts'

/** What `migrate` can be told. */
export interface MigrateOptions extends JsonOptions {
  readonly print?: boolean
  readonly from?: string
  readonly to?: string
}

/** `subtotal-relay migrate`: brings a PostgreSQL store's schema up to date, and moves an SQLite store to it. */
export async function migrate(options: MigrateOptions, context: CommandContext): Promise<ExitCode> {
  const to = options.to === undefined ? loadStore(context) : parseStore(options.to, context.cwd)
  const isPostgres = /^postgres(ql)?:/.test(to)
  if (options.print === true) {
    context.stdout.write(migrationScript(isPostgres ? await readSchemaVersion(to, systemClock) : 0))
    return 0
  }
  if (!isPostgres) {
    throw new ConfigurationError('migrate works on a PostgreSQL store: set RELAY_STORE to postgres://…, or name it with --to.')
  }
  const database = await openSchema(to, systemClock)
  try {
    if (options.from === undefined) return tellSchema(options, context)
    const from = parseStore(options.from, context.cwd)
    if (!from.startsWith('sqlite:')) throw new UsageError('--from must be sqlite:<path>.')
    const source = openMoveSource(from.slice('sqlite:'.length), systemClock.now())
    const progress =
      context.stderr.isTTY === true ? createProgressBar(context.stderr, 0) : createProgressLines(context.stderr, systemClock)
    try {
      const moved = await moveStore(source, moveTarget(database), ({ rows, total }) =>
        progress.update(rows, { total, note: 'rows' }),
      )
      progress.stop()
      return tellMoved(moved, options, context)
    } finally {
      progress.stop()
      source.close()
    }
  } finally {
    await database.close()
  }
}

function tellSchema({ json }: MigrateOptions, context: CommandContext): ExitCode {
  if (json === true) return writeJson({ schemaVersion: migrations.length }, context)
  context.stdout.write(`The schema has version ${migrations.length}.\n`)
  return 0
}

function tellMoved({ isFinished, copied, tables }: StoreMoved, { json }: MigrateOptions, context: CommandContext): ExitCode {
  if (json === true) return writeJson({ isFinished, copied, tables }, context)
  const width = Math.max(...tables.map(({ table }) => table.length))
  for (const { table, source, target } of tables.filter((one) => one.source + one.target > 0)) {
    context.stdout.write(`${table.padEnd(width)}  ${source} in the old store, ${target} in the new one\n`)
  }
  context.stdout.write(
    isFinished
      ? `Moved: ${copied} rows were copied in this run, and the counts are the same. Start the relays with the new RELAY_STORE. The old store is as it was.\n`
      : `Copied ${copied} rows while a relay runs on the old store. Stop it and run this again: only what has changed since is copied then.\n`,
  )
  return 0
}
