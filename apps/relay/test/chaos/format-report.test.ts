import { expect, test } from 'vitest'
import type { ChaosRow } from './chaos-row.ts'
import { noCounts } from './chaos-row.ts'
import { formatReport } from './format-report.ts'
import type { RanRow } from './run-rows.ts'

const ids = ['1', '12', '2']
const versions = ['relay 1.0.0']

function ran(id: string, fault: string, problems: readonly string[] = []): RanRow {
  const row: ChaosRow = { id, name: fault, run: async () => [] }
  return { row, results: [{ fault, counts: noCounts, notes: [], problems }], seconds: 1 }
}

function rowsOf(page: string): readonly string[] {
  return page.split('\n').filter((line) => /^\| \d/.test(line))
}

test('rows that are not run again stay as they were, in the order of the table', () => {
  const before = formatReport([ran('1', 'kill'), ran('12', 'garbage')], { run: 'monday', versions, ids, before: '' })
  const after = formatReport([ran('2', 'kills'), ran('1', 'kill', ['one was lost'])], { run: 'tuesday', versions, ids, before })
  expect(rowsOf(after)).toEqual([
    '| 1 | kill | 0 | 0 | 0 | 0 | 0 | 0 | **not as promised**: one was lost |  | tuesday |',
    '| 12 | garbage | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | monday |',
    '| 2 | kills | 0 | 0 | 0 | 0 | 0 | 0 | as promised |  | tuesday |',
  ])
})

test('a row that is no longer there is left out', () => {
  const before = formatReport([ran('1', 'kill')], { run: 'monday', versions, ids, before: '' })
  expect(rowsOf(formatReport([], { run: 'tuesday', versions, ids: ['2'], before }))).toEqual([])
})
