import type { Hono } from 'hono'
import { HttpError } from '../http/http-error.ts'
import { assets } from './assets.ts'
import type { ConsoleEnvironment } from './console-environment.ts'

const year = 'public, max-age=31536000, immutable'

/** Adds the files that pages load. They hold nobody's data, and need no session. */
export function addAssetRoutes(routes: Hono<ConsoleEnvironment>): void {
  routes.get('/assets/:version/:name', (context) => {
    const { version, files } = assets()
    const asset = files.get(context.req.param('name'))
    if (asset === undefined) throw new HttpError('ERR_NOT_FOUND', 'There is no such file.')
    const isCurrent = context.req.param('version') === version
    return context.body(asset.body, 200, {
      'content-type': asset.contentType,
      'cache-control': isCurrent ? year : 'no-cache',
      etag: `"${version}"`,
    })
  })
}
