const intervalMs = 5_000

/** Loads the page again every few seconds and takes over its parts marked `data-live`; shows when that fails. */
export function keepLive() {
  const status = document.getElementById('live-status')
  let failures = 0

  async function refresh() {
    const response = await fetch(location.href, { headers: { accept: 'text/html' }, redirect: 'manual' })
    if (response.type === 'opaqueredirect') return say('Logged out. Load the page again to log in.')
    if (!response.ok) throw new Error(`The relay answered ${response.status}.`)
    replaceParts(new DOMParser().parseFromString(await response.text(), 'text/html'))
    failures = 0
    document.body.classList.remove('stale')
    say('')
    plan(intervalMs)
  }

  function fail() {
    failures += 1
    document.body.classList.add('stale')
    say('The relay does not answer. What is shown is old; trying again.')
    plan(Math.min(60_000, intervalMs * 2 ** failures))
  }

  function say(text) {
    if (status.textContent !== text) status.textContent = text
  }

  function plan(delayMs) {
    setTimeout(() => (document.hidden ? document.addEventListener('visibilitychange', run, { once: true }) : run()), delayMs)
  }

  function run() {
    refresh().catch(fail)
  }

  plan(intervalMs)
}

/** A part in which somebody is at work stays as it is: with the focus in it, or text chosen in it. */
function replaceParts(fresh) {
  const selection = getSelection()
  for (const part of document.querySelectorAll('[data-live][id]')) {
    const next = fresh.getElementById(part.id)
    if (next === null || next.innerHTML === part.innerHTML) continue
    const isInUse = part.contains(document.activeElement) || (!selection.isCollapsed && selection.containsNode(part, true))
    if (!isInUse) part.innerHTML = next.innerHTML
  }
}
