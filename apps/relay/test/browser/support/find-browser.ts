import process from 'node:process'
import { findProgram } from '../../support/find-program.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/opt/google/chrome/chrome']

/** What to do where there is no browser. */
export const browserAdvice = 'Install one with "apt-get install chromium", or set CHROMIUM_PATH to the one you have.'

/** Where Chromium is on this machine; `undefined`: nowhere. */
export function findBrowser(): string | undefined {
  return findProgram([process.env['CHROMIUM_PATH'] ?? '', ...places])
}
