import { html } from 'hono/html'
import { assetUrl } from './assets.ts'
import { postForm } from './components/post-form.ts'
import type { Html } from './html.ts'
import { sectionOf, sections } from './sections.ts'
import type { ConsoleSession } from './session/console-session.ts'

/** A page without what all have in common. */
export interface Page {
  /** Says what the page is; its heading and the browser's title. */
  readonly title: string
  readonly content: Html
  /** Beside the heading. */
  readonly aside?: Html
  /** Parts of it are loaded again every few seconds: those with an `id` and `data-live`. */
  readonly isLive?: boolean
}

/** A whole page. `session` is absent before the login. */
export function layout(page: Page, path: string, session?: ConsoleSession): Html {
  const { title, content, aside, isLive = false } = page
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Subtotal relay</title>
<link rel="icon" href="${assetUrl('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetUrl('console.css')}">
<script type="module" src="${assetUrl('console.js')}"></script>
</head>
<body${isLive ? html` data-live-page` : ''}>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/console">Subtotal relay</a>
${session === undefined ? '' : html`${navigation(path)}${account(session)}`}
</header>
<main id="main" tabindex="-1">
<div class="heading"><h1>${title}</h1>${aside ?? ''}</div>
${content}
</main>
<footer class="bottom"><span>All times are UTC.</span><span id="live-status" role="status"></span></footer>
</body>
</html>`
}

function navigation(path: string): Html {
  const current = sectionOf(path)
  const links = sections.map(
    (section) =>
      html`<li><a class="page-link" href="${section.path}"${section === current ? html` aria-current="page"` : ''}>${section.label}</a></li>`,
  )
  return html`<nav aria-label="Pages"><ul>${links}</ul></nav>`
}

function account(session: ConsoleSession): Html {
  const name = html`<span class="role">${session.role}</span>`
  if (!session.isLoggedIn) return html`<div class="account">${name}</div>`
  return html`<div class="account">${name}${postForm(session, '/console/logout', html`<button class="quiet">Log out</button>`)}</div>`
}
