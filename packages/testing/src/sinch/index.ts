/** Sinch, as we play it. It lives in a package of its own, since the command line ships it too. */
export * from '@sinch-callbacks/simulator';
