/** The SDK's tones by name: the page does not load the SDK, its worker does. */
import type { Tone } from 'sotto/client';

export type { Tone };
export const TONES: readonly Tone[] = ['professional', 'friendly', 'concise', 'funny', 'supportive'];
