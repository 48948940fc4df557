// The API's words: aliases of the generated schema. All other code imports types only from here.
import type { components } from './schema.gen'

type Schemas = components['schemas']

/** What the server answers is always there, if only as null; the generator cannot know that. */
type Answer<T> = T extends (infer U)[]
  ? Answer<U>[]
  : T extends object
    ? { [K in keyof T]-?: Answer<Exclude<T[K], undefined>> }
    : T
type Of<K extends keyof Schemas> = Answer<Schemas[K]>

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

// --- words
export type Role = Schemas['Role']
export type TaskState = Schemas['TaskState']
export type Lamp = Schemas['Lamp']
export type Importance = Schemas['Importance']
export type Urgency = Schemas['Urgency']
export type PartyRole = Schemas['PartyRole']
export type PartyState = Schemas['PartyState']
export type PostKind = Schemas['PostKind']
export type UnitKind = Schemas['UnitKind']

// --- session and organisation
export type Me = Of<'Me'>
export type UnitRef = Of<'UnitRef'>
export type PersonRef = Of<'PersonRef'>
export type Unit = Of<'Unit'>
export type UnitInput = Schemas['UnitInput']
export type Person = Of<'Person'>
export type PersonInput = Schemas['PersonInput']
export type AddedPerson = Of<'AddedPerson'>
export type Member = Of<'Member'>
export type Delegation = Of<'Delegation'>
export type Delegations = Of<'Delegations'>
export type DelegationInput = Schemas['DelegationInput']
export type OrgImport = Of<'OrgImport'>

// --- tasks
export type TaskRow = Of<'TaskRow'>
export type TaskCount = Of<'TaskCount'>
export type TaskAnswer = Of<'TaskDetail'>
export type TaskInput = Schemas['TaskInput']
export type ChildInput = Schemas['ChildInput']
export type PartyInput = Schemas['PartyInput']
export type DueInput = Schemas['DueInput']
export type MilestoneInput = Schemas['MilestoneInput']
export type ReportRuleInput = Schemas['ReportRule']
export type ReportInput = Schemas['ReportBody']
export type Party = Of<'Party'>
export type Report = Of<'Report'>
export type Request = Of<'Request'>
export type RequestKind = Schemas['RequestKind']
export type RequestInput = Schemas['RequestInput']
export type RequestDecision = Schemas['RequestDecision']
export type ReasonClass = Schemas['ReasonClass']
export type Verification = Of<'Verification'>
export type Wait = Of<'Wait'>
export type WaitInput = Schemas['WaitInput']
export type InstructionInput = Schemas['InstructionInput']
export type Instructing = Of<'Instructing'>
export type Instructed = Of<'Instructed'>
export type Risk = Of<'Risk'>
export type RiskInput = Schemas['RiskInput']
export type Link = Of<'Link'>
export type LinkKind = Schemas['LinkKind']
export type Bulk = Of<'Bulk'>
export type BulkAction = Schemas['BulkAction']
export type BulkInput = Schemas['BulkInput']
export type TimelineItem = Of<'TimelineItem'>
export type Duty = Of<'Duty'>
export type TodoList = Of<'Todo'>
export type ProgressBy = Schemas['ProgressBy']
export type ProgressPage = Of<'ProgressPage'>
export type ProgressRow = Of<'ProgressRow'>
export type Figures = Of<'Figures'>
export type OverdueRow = Of<'OverdueRow'>
export type Contact = Of<'Contact'>
export type UnitGlance = Of<'UnitGlance'>
export type PersonGlance = Of<'PersonGlance'>
export type SourceKind = Of<'SourceKind'>
export type KindInput = Schemas['KindInput']
export type KindFieldInput = Schemas['FieldInput']
export type Retention = Schemas['Retention']
export type FieldShape = Schemas['Shape']
export type Field = Of<'Field'>
export type FieldValue = Of<'FieldValue'>
export type FieldFigures = Of<'FieldFigures'>
export type Tag = Of<'Tag'>
export type TagInput = Schemas['TagInput']
export type DeadlineReading = Of<'DeadlineReading'>
export type ContentReport = Of<'ContentReport'>
export type FileFinding = Of<'FileFinding'>
export type FileRef = Of<'FileRef'>
export type SecretHit = Of<'SecretHit'>
export type SecretWords = Of<'SecretWords'>
export type SecretWordsView = Of<'RulesView_SecretWords'>
export type FileUsage = Of<'FileUsage'>
export type LibraryItem = Of<'LibraryItem'>
export type OlderVersion = Of<'OlderVersion'>
export type TablePage = Of<'TablePage'>
export type PartialUpload = Of<'PartialUpload'>
export type Archive = Of<'Archive'>

// --- other shapes of the list, saved views
export type SavedView = Of<'SavedView'>
export type ViewInput = Schemas['ViewInput']
export type TaskCalendar = Of<'TaskCalendar'>
export type DateKind = Schemas['DateKind']
export type GanttRow = Of<'GanttRow'>

// --- the same work set again
export type Pattern = Schemas['Pattern']
export type Template = Of<'Template'>
export type TemplateLine = Of<'TemplateLine'>
export type TemplateInput = Schemas['TemplateInput']
export type TemplateUse = Schemas['TemplateUse']
export type CopyInput = Schemas['CopyInput']
export type LaidTask = Of<'LaidTask'>
export type MadeTasks = Of<'MadeTasks'>
export type SeriesInput = Schemas['SeriesInput']
export type SeriesChange = Schemas['SeriesChange']
export type OccurrenceChange = Schemas['OccurrenceChange']
export type RecurrenceInput = Schemas['RecurrenceInput']
export type SeriesDueKind = Schemas['SeriesDueKind']
export type SeriesMode = Schemas['SeriesMode']
export type SeriesLine = Of<'SeriesLine'>
export type SeriesDetail = Of<'SeriesDetail'>
export type SeriesPreview = Of<'SeriesPreview'>
export type SeriesTime = Of<'SeriesTime'>
export type StandingReview = Schemas['StandingReview']
export type StandingDecision = Schemas['StandingDecision']

// --- searching
export type Hit = Of<'Hit'>
export type HitKind = Schemas['HitKind']
export type Fragment = Of<'Fragment'>

// --- supervision: urges are a resource beside the task; the task page shows both as one
export type Urge = Of<'Urge'>
export type Urges = Of<'Urges'>
export type Order = Of<'Order'>
export type OrderLevel = Schemas['OrderLevel']
export type OrderState = Schemas['OrderState']
export type OrderDecision = Schemas['OrderDecision']
export type OrderInput = Schemas['OrderInput']
export type TaskOrders = Of<'TaskOrders'>
export type OrderRules = Of<'OrderRules'>
export type OrderRulesView = Of<'RulesView_OrderRules'>
export type OrderRulesInput = Schemas['RulesInput_OrderRules']
export type Interviews = Of<'Interviews'>
export type Interview = Of<'Interview'>
export type Suggestion = Of<'Suggestion'>
export type InterviewInput = Schemas['InterviewInput']
/**
 * An urge is no action of the task itself, nor is taking back what one has said or asked for, nor answering a wait, nor what
 * is said beside the work.
 */
export type Action =
  | Schemas['Action']
  | 'urge'
  | 'instruct'
  | 'reply'
  | 'order'
  | 'withdraw'
  | 'withdraw_report'
  | 'provide'
  | 'rate'
  | 'comment'
export interface NextDuty {
  action: Action
  text: string
  due_day: string | null
  /** Which request or urge it is about, where it is about one. */
  target: string | null
}
export type TaskDetail = Omit<TaskAnswer, 'can' | 'next_duty'> & {
  can: Action[]
  next_duty: NextDuty | null
  urges: Urge[]
  /** By when an urge of today is answered where nothing is said. */
  urge_day: string | undefined
  talk: TaskTalk
}

// --- talk: what is said beside the work
export type TaskTalk = Of<'TaskTalk'>
export type Note = Of<'Note'>
export type Stars = Of<'Stars'>
export type UnitNotes = Of<'UnitNotes'>
export type Comment = Of<'Comment'>
export type CommentInput = Schemas['CommentInput']
export type WatchMode = Schemas['WatchMode']
export type InboxEntry = Of<'InboxEntry'>
export type InboxPage = Of<'InboxPage'>

// --- what everybody goes by: working days and the numbers of tasks
export type CalendarYear = Of<'CalendarYear'>
export type SpecialDay = Of<'SpecialDay'>
export type CalendarOverview = Of<'CalendarOverview'>
export type CalendarChange = Of<'CalendarChange'>
export type KeptDay = Of<'KeptDay'>
export type LocalDayInput = Schemas['LocalDayInput']
export type NoticeInput = Schemas['NoticeInput']
export type TaskRules = Of<'TaskRules'>
export type TaskRulesView = Of<'RulesView_TaskRules'>
export type TaskRulesInput = Schemas['RulesInput_TaskRules']
export type TaskRulesPreview = Of<'TaskRulesPreview'>

// --- reminders by rules. What a rule leaves out is not in the answer, so these stay as the schema has them.
export type ReminderRule = Schemas['Rule']
export type ReminderStep = Schemas['Step']
export type ReminderTrigger = Schemas['Trigger']
export type ReminderCondition = Schemas['Condition']
export type ReminderFact = Schemas['Fact']
export type ReminderRecipient = Schemas['Recipient']
export type ReminderRules = Schemas['LookoutRules']
export type ReminderRulesView = Schemas['ReminderRulesView']
export type ReminderRulesInput = Schemas['RulesInput_LookoutRules']
export type AlikeInput = Schemas['AlikeInput']
export type AlikeTasks = Of<'AlikeTasks'>
export type Burden = Of<'Burden'>
export type BurdenRulesView = Of<'RulesView_BurdenRules'>
export type BurdenRules = Of<'BurdenRules'>
export type BurdenRulesInput = Schemas['RulesInput_BurdenRules']
export type BurdenStatement = Of<'Statement'>
export type Forecast = Of<'Forecast'>
export type ForecastInput = Schemas['ForecastInput']
export type ReminderTrial = Of<'Trial'>
export type TrialFigures = Schemas['Both']
export type DelayUnit = Schemas['DelayUnit']
export type TaskReminders = Of<'TaskReminders'>
export type ReminderOccasion = Of<'Occasion'>
export type LookoutState = Of<'LookoutState'>
export type DemoClock = Of<'DemoClock'>

// --- what leaves the house
export type Channel = Schemas['Channel']
export type DeliveryState = Schemas['DeliveryState']
export type Delivery = Of<'DeliveryView'>
export type DeliveriesState = Of<'DeliveriesState'>
export type DeliveryFigure = Of<'DeliveryFigure'>
export type Costs = Of<'Costs'>
export type CostRow = Of<'CostRow'>
export type Gateway = Of<'GatewayView'>
export type ChannelRules = Of<'ChannelRules'>
export type NoticeKind = Of<'NoticeKind'>
export type NoticeRules = Of<'NoticeRules'>
export type GatewayRules = Of<'GatewayRules'>
export type DeliveryRules = Of<'DeliveryRules'>
export type DeliveryRulesView = Of<'RulesView_DeliveryRules'>
export type DeliveryRulesInput = Schemas['RulesInput_DeliveryRules']

// --- how people are reached
export type AddressKind = Schemas['AddressKind']
export type Way = Of<'Way'>
export type Address = Of<'AddressView'>
export type Reached = Of<'Reached'>
export type OpenidCode = Of<'OpenidCode'>
export type BrowserInput = Schemas['BrowserInput']
export type Tested = Of<'Tested'>

// --- home and messages
export type Home = Of<'Home'>
export type Figure = Of<'Figure'>
export type UnitLoad = Of<'UnitLoad'>
export type Message = Of<'Message'>
export type MessagePage = Of<'MessagePage'>

// --- imports
export type Mapping = Of<'Mapping'>
export type TaskImport = Of<'TaskImport'>
export type UnitChoice = Schemas['UnitChoice']
export type ImportOutcome = Of<'ImportOutcome'>
export type AlikeRow = Of<'AlikeRow'>
export type AlikeRows = Of<'AlikeRows'>
