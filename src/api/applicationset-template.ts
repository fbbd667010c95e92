/** The template of an ApplicationSet, or of one of its generators. Schema and type share a name. Pure. */
import { z } from 'zod'

const stringMap = z.record(z.string(), z.string())

/** What becomes an Application. Its spec is checked when it is one, with its parameters in place. */
export const ApplicationSetTemplate = z.object({
  metadata: z
    .object({
      name: z.string().optional(),
      namespace: z.string().optional(),
      labels: stringMap.optional(),
      annotations: stringMap.optional(),
      finalizers: z.array(z.string()).optional(),
    })
    .optional(),
  spec: z.record(z.string(), z.unknown()).optional(),
})
export type ApplicationSetTemplate = z.infer<typeof ApplicationSetTemplate>
