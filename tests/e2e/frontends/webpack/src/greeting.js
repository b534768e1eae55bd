export const greeting = 'Log in to collect a stamp with every coffee.';
