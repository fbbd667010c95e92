/** Argo CD's ConfigManagementPlugin (argoproj.io/v1alpha1): a file of the operator, no object of a cluster. Schema and type share a name. Pure. */
import { z } from 'zod'

const command = z.object({ command: z.array(z.string()).default([]), args: z.array(z.string()).default([]) })

/** A command with its arguments; nothing at all when there is none. */
export const PluginCommand = command.transform((one) => [...one.command, ...one.args])

const announcement = z.looseObject({
  name: z.string(),
  title: z.string().optional(),
  tooltip: z.string().optional(),
  required: z.boolean().optional(),
  itemType: z.string().optional(),
  collectionType: z.string().optional(),
  string: z.string().optional(),
  array: z.array(z.string()).optional(),
  map: z.record(z.string(), z.string()).optional(),
})

export const ConfigManagementPlugin = z.object({
  apiVersion: z.literal('argoproj.io/v1alpha1'),
  kind: z.literal('ConfigManagementPlugin'),
  metadata: z.object({ name: z.string().min(1), annotations: z.record(z.string(), z.string()).optional() }),
  spec: z.object({
    version: z.string().optional(),
    init: PluginCommand.optional(),
    generate: PluginCommand,
    discover: z
      .object({
        fileName: z.string().optional(),
        find: z.object({ glob: z.string().optional(), ...command.partial().shape }).optional(),
      })
      .optional(),
    /** For user interfaces; never sent to the plug-in. */
    parameters: z.object({ static: z.array(announcement).optional(), dynamic: PluginCommand.optional() }).optional(),
    preserveFileMode: z.boolean().optional(),
    provideGitCreds: z.boolean().optional(),
  }),
})
export type ConfigManagementPlugin = z.infer<typeof ConfigManagementPlugin>

/** What Applications call it: `<name>-<version>`, or the name alone. */
export function pluginName({ metadata, spec }: ConfigManagementPlugin): string {
  return spec.version ? `${metadata.name}-${spec.version}` : metadata.name
}
