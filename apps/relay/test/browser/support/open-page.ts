import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { inject, onTestFinished } from 'vitest'
import type { Role } from '../../../src/http/authenticate.ts'
import { sessionCookie } from './session-cookie.ts'

/** A page, and what its browser complains of: errors of the console, failed scripts, requests to other hosts. */
export interface OpenedPage {
  readonly page: Page
  readonly complaints: readonly string[]
}

/** How a page is opened. */
export interface OpenPageOptions extends BrowserContextOptions {
  /** Who looks at it. Default: an operator. */
  readonly role?: Role | 'nobody'
}

/** Whether there is a browser; where there is none its tests are skipped. */
export const hasBrowser: boolean = inject('browserEndpoint') !== ''

let connected: Promise<Browser> | undefined

/** Opens a page of the relay in a browser of its own, logged in; closed when the test has finished. */
export async function openPage(relayUrl: string, path: string, options: OpenPageOptions = {}): Promise<OpenedPage> {
  const { role = 'operator', ...more } = options
  connected ??= chromium.connect(inject('browserEndpoint'))
  const context = await (await connected).newContext({ baseURL: relayUrl, ...more })
  onTestFinished(() => context.close())
  if (role !== 'nobody') await context.addCookies([await sessionCookie(relayUrl, role)])
  const complaints = watch(context, relayUrl)
  const page = await context.newPage()
  await page.goto(path)
  return { page, complaints }
}

function watch(context: BrowserContext, relayUrl: string): readonly string[] {
  const complaints: string[] = []
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol !== 'data:' && origin !== relayUrl) complaints.push(`request to ${origin}`)
  })
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return complaints
}
