import { PassThrough } from 'node:stream'
import { OptionsError } from '@subtotal-connectors/core'
import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { CommandError } from './command-error.ts'
import { reportError } from './report-error.ts'
import { UsageError } from './usage-error.ts'

function report(error: unknown): { exitCode: number; text: string } {
  const stderr = new PassThrough()
  const exitCode = reportError(error, { stderr })
  return { exitCode, text: String(stderr.read() ?? '') }
}

test('an expected failure is one sentence and exit code 1', () => {
  expect(report(new CommandError('the file is missing.'))).toEqual({ exitCode: 1, text: 'error: the file is missing.\n' })
  expect(report(new OptionsError('apiKey must not be empty'))).toEqual({ exitCode: 1, text: 'error: apiKey must not be empty\n' })
})

test('wrong use is exit code 2', () => {
  expect(report(new UsageError('give a file.'))).toEqual({ exitCode: 2, text: 'error: give a file.\n' })
  expect(report(new CommanderError(1, 'commander.unknownCommand', 'said already'))).toEqual({ exitCode: 2, text: '' })
})

test('help and version that were asked for are exit code 0', () => {
  expect(report(new CommanderError(0, 'commander.helpDisplayed', '')).exitCode).toBe(0)
  expect(report(new CommanderError(0, 'commander.version', '')).exitCode).toBe(0)
})

test('an error of the operating system is its message, without a stack', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  expect(report(error)).toEqual({ exitCode: 1, text: 'error: ENOSPC: no space left on device, write\n' })
})

test('a bug is told as one, with its stack', () => {
  const { exitCode, text } = report(new TypeError('cannot read'))
  expect(exitCode).toBe(1)
  expect(text).toContain('bug')
  expect(text).toContain('report-error.test.ts')
})
