import type { html } from 'hono/html'

/** A piece of a page, escaped. Made by Hono's `html`. */
export type Html = ReturnType<typeof html>
