/** Rules of tasks without Vue: values in, values out. */
export * from './breakdown'
export * from './columns'
export * from './compose'
export * from './duties'
export * from './filter'
export * from './form'
export * from './timeline'
export * from './weights'
