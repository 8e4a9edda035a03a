import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { readConnections } from './read-connections.ts'

const read = (text: string) => readConnections(text, 'connections.csv')

describe('a file of connections', () => {
  test.each([
    ['a plain list', '01K8BPF23\n01K8BPF24\n'],
    ['a list with a heading', 'connection_id\n01K8BPF23\n01K8BPF24'],
    ['a column among others', 'name,Connection_ID\nA,01K8BPF23\n"B, C",01K8BPF24\n'],
    ['semicolons', 'name;connection;x\nA;01K8BPF23;1\nB;"01K8BPF24"\n'],
    ['tabs', 'connection_id\tname\n01K8BPF23\tA\n01K8BPF24\tB'],
    ["a spreadsheet's file: a byte order mark and CRLF", '\uFEFFconnection_id\r\n01K8BPF23\r\n01K8BPF24\r\n'],
    ['empty lines and spaces', '\n 01K8BPF23 \n\n,\n01K8BPF24\n\n'],
    ['lines that say the same', '01K8BPF23\n01K8BPF24\n01K8BPF23\n'],
  ])('may be %s', (_name, text) => {
    expect(read(text)).toEqual({ connectionIds: ['01K8BPF23', '01K8BPF24'], badLines: [] })
  })

  test('bad lines are told by their number, without what they say, and spoil no other', () => {
    const text = 'name,connection_id\nA,01K1\nB\nC,ann@example.com\nD,"01K2\nE,01K3\n"F"x,01K4\nG,01K5'
    const file = read(text)
    expect(file.connectionIds).toEqual(['01K1', '01K3', '01K5'])
    expect(file.badLines).toEqual([
      { line: 3, reason: 'has no connection id' },
      { line: 4, reason: 'has something that is not a connection id' },
      { line: 5, reason: 'is not CSV: a quote stands where none may, or is not closed' },
      { line: 7, reason: 'is not CSV: a quote stands where none may, or is not closed' },
    ])
    expect(JSON.stringify(file.badLines)).not.toContain('ann')
  })

  test('several columns without a name are refused', () => {
    expect(() => read('A,01K1\nB,01K2')).toThrow(UsageError)
    expect(() => read('A,01K1\nB,01K2')).toThrow('connections.csv needs a column connection_id')
  })

  test('whatever it holds, every line with something in it is an id or a bad line', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.stringMatching(/^[\w-]{1,20}$/))), (lines) => {
        const text = ['connection_id', ...lines].join('\n')
        const { connectionIds, badLines } = read(text)
        const physical = text.split(/\r\n|\n|\r/).slice(1)
        const bad = new Set(badLines.map(({ line }) => line))
        physical.forEach((line, index) => {
          if (/^[\w-]{1,64}$/.test(line)) expect(connectionIds).toContain(line)
          if (bad.has(index + 2)) expect(line.trim()).not.toMatch(/^[\w-]{1,64}$/)
        })
      }),
    )
  })
})
