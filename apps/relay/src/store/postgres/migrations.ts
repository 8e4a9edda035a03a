import { init } from './migrations/000001-init.ts'
import { counting } from './migrations/000002-counting.ts'
import { ordering } from './migrations/000003-ordering.ts'

/** In order; never edited once released. A store's schema version is how many of them it has had. */
export const migrations: readonly string[] = [init, counting, ordering]
