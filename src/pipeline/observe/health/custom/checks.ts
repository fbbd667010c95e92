/** The form of a table of checks. Types only. */
import type { HealthCheck } from '../verdict.ts'

/** By `group/Kind`; a group may begin with `*.`, and a kind may be `*`. */
export type Checks = Readonly<Record<string, HealthCheck>>
