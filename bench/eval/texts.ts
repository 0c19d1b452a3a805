/** Texts for the tasks that work on one message. Judged, never tuned on. */
export const texts = {
  rewrite: [
    'hey can you send me the slides before 3, i need them for the client',
    "I can't come to practice on Thursday because my daughter is ill",
    'Your plan has a problem, we only have 400 euros left',
    'I basically just wanted to ask if you could maybe bring 2 chairs on Saturday!!',
    'Bring the keys to Sam before 18:00',
    'I failed the exam',
  ],
  proofread: [
    ['i think your right about the hotel', "I think you're right about the hotel."],
    ['She dont want too come with us on friday', "She doesn't want to come with us on Friday."],
    ['We recieved the pakage yesterday', 'We received the package yesterday.'],
    ['The train leaves at 9:40 from platform 3.', 'The train leaves at 9:40 from platform 3.'],
    ['can you meat me at teh station', 'Can you meet me at the station?'],
    ['their is a problem with the contrakt', 'There is a problem with the contract.'],
    ['He go to work by bus', 'He goes to work by bus.'],
    ['I should of called Priya befor lunch', 'I should have called Priya before lunch.'],
    ['its a beautifull day, lets go to the beach', "It's a beautiful day, let's go to the beach."],
    ['the childrens book is more expensive then mine', 'The childrens book is more expensive than mine.'],
    ['Wir treffen uns um acht am Bahnhof', 'Wir treffen uns um acht am Bahnhof'],
    [
      'Thank you for the invitation, I would love to come!',
      'Thank you for the invitation, I would love to come!',
    ],
  ],
} as const;
