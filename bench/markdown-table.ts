import { cpus } from 'node:os'

/**
 * A table as it stands in a document, between marks by which it is found and replaced there. `said`: what was measured, in a sentence.
 */
export function markedTable(mark: string, said: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    `<!-- ${mark} -->`,
    `${said} ${cpus().length} cores, Node ${process.version}.`,
    '',
    line(heads),
    line(heads.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
    `<!-- /${mark} -->`,
    '',
  ].join('\n')
}

/** A number as a table shows it. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
