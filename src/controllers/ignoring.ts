/** What of an application may differ from Git. No effects. */
import type { Ignoring } from '../pipeline/leave-ignored.ts'
import type { ManagedApplication } from './application-state.ts'
import type { ControllerContext } from './context.ts'

export function ignoringOf(context: ControllerContext, app: ManagedApplication): Ignoring {
  const { spec } = app.manifest
  return {
    rules: spec.ignoreDifferences ?? [],
    respect: spec.syncPolicy?.syncOptions?.includes('RespectIgnoreDifferences=true') ?? false,
    jq: context.jq,
  }
}
