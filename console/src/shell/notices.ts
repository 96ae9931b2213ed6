// The bell: a short sound and a notice of the desktop, as far as the agent asked for them.
import type { NoticeKind, Settings } from '../api/wire';

export interface Notice {
  kind: NoticeKind;
  conversation: string;
  title: string;
  text: string;
}

/** Whether a kind of notice is wanted; all are until one is switched off. */
export const wanted = (kind: NoticeKind, settings: Settings) => settings.notify?.[kind] !== false;

export function announce(notice: Notice, settings: Settings, open: () => void): void {
  if (!wanted(notice.kind, settings)) return;
  if (settings.sound !== false) chime(notice.kind);
  const away = document.hidden || !document.hasFocus();
  if (!away || settings.desktop !== true || !('Notification' in window) || Notification.permission !== 'granted') return;
  const shown = new Notification(notice.title, { body: notice.text.slice(0, 140), tag: notice.conversation, icon: `${import.meta.env.BASE_URL}icon.svg` });
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}

let audio: AudioContext | undefined;
const NOTES: Record<NoticeKind, [number, number]> = { message: [660, 880], waiting: [523, 784], assigned: [587, 740], mention: [784, 988] };

/** Two soft notes, made here: no file to load, and each kind sounds different. Silent until the page was touched once. */
export function chime(kind: NoticeKind): void {
  if (typeof AudioContext === 'undefined' || navigator.userActivation?.hasBeenActive === false) return;
  audio ??= new AudioContext();
  const start = audio.currentTime;
  NOTES[kind].forEach((pitch, index) => {
    if (!audio) return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = start + index * 0.12;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.08, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0005, at + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.32);
  });
}
