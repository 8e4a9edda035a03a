import { expect, test } from 'vitest'
import type { ChaosRow } from './chaos-row.ts'
import { noCounts } from './chaos-row.ts'
import { formatReport } from './format-report.ts'
import type { RanRow } from './run-rows.ts'

const ids = { sqlite: ['1', '12', '2'], postgres: ['1', '2'] }
const kind = 'sqlite'
const versions = ['relay 1.0.0']

function ran(id: string, fault: string, problems: readonly string[] = []): RanRow {
  const row: ChaosRow = { id, name: fault, run: async () => [] }
  return { row, results: [{ fault, counts: noCounts, notes: [], problems }], seconds: 1 }
}

function rowsOf(page: string): readonly string[] {
  return page.split('\n').filter((line) => /^\| \d/.test(line))
}

test('rows that are not run again stay as they were, in the order of the table', () => {
  const before = formatReport([ran('1', 'kill'), ran('12', 'garbage')], { kind, run: 'monday', versions, ids, before: '' })
  const after = formatReport([ran('2', 'kills'), ran('1', 'kill', ['one was lost'])], {
    kind,
    run: 'tuesday',
    versions,
    ids,
    before,
  })
  expect(rowsOf(after)).toEqual([
    '| 1 | kill | 0 | 0 | 0 | 0 | 0 | 0 | **not as promised**: one was lost |  | tuesday |',
    '| 12 | garbage | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | monday |',
    '| 2 | kills | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | tuesday |',
  ])
})

test('a row that is no longer there is left out', () => {
  const before = formatReport([ran('1', 'kill')], { kind, run: 'monday', versions, ids, before: '' })
  expect(rowsOf(formatReport([], { kind, run: 'tuesday', versions, ids: { ...ids, sqlite: ['2'] }, before }))).toEqual([])
})

test('each kind of store has a table of its own', () => {
  const before = formatReport([ran('1', 'kill'), ran('2', 'kills')], { kind, run: 'monday', versions, ids, before: '' })
  const shared = { kind: 'postgres', run: 'tuesday', versions: ['PostgreSQL 18'], ids } as const
  const after = formatReport([ran('2', 'kills of three')], { ...shared, before })
  expect(rowsOf(after)).toEqual([
    '| 1 | kill | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | monday |',
    '| 2 | kills | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | monday |',
    '| 2 | kills of three | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | tuesday |',
  ])
  expect(after.match(/^- Its versions: .*$/gm)).toEqual(['- Its versions: relay 1.0.0', '- Its versions: PostgreSQL 18'])
  expect(formatReport([], { ...shared, before: after }).match(/^\| 2 .*$/gm)).toHaveLength(2)
})

test('rows of a page that had one table are those of SQLite', () => {
  const page = '# Fault tests\n\n| 1 | kill | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | sunday |\n'
  const after = formatReport([], { kind: 'postgres', run: 'monday', versions, ids, before: page })
  expect(rowsOf(after)).toEqual(['| 1 | kill | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | sunday |'])
})
