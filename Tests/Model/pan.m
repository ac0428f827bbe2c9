#define rand	pan_rand
#define pthread_equal(a,b)	((a)==(b))
#if defined(HAS_CODE) && defined(VERBOSE)
	#ifdef BFS_PAR
		bfs_printf("Pr: %d Tr: %d\n", II, t->forw);
	#else
		cpu_printf("Pr: %d Tr: %d\n", II, t->forw);
	#endif
#endif
	switch (t->forw) {
	default: Uerror("bad forward move");
	case 0:	/* if without executable clauses */
		continue;
	case 1: /* generic 'goto' or 'skip' */
		IfNotBlocked
		_m = 3; goto P999;
	case 2: /* generic 'else' */
		IfNotBlocked
		if (trpt->o_pm&1) continue;
		_m = 3; goto P999;

		 /* PROC Server */
	case 3: // STATE 4 - protocol.pml:339 - [D_STEP339]
		IfNotBlocked

		reached[1][4] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_488_0: /* 2 */
		now.memory.available = 5;
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_489_0: /* 2 */
		now.disk.available = 5;
#ifdef VAR_RANGES
		logval("disk.available", now.disk.available);
#endif
		;
S_490_0: /* 2 */
		/* c_code15 */
		{  atexit(tell);  }
;
		goto S_946_0;
S_946_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 4: // STATE 76 - protocol.pml:346 - [D_STEP346]
		if (!(boq == -1 && ((now.server!=2)&&((int)now.dirty))))
			continue;

		reached[1][76] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_492_0: /* 2 */
		if (!(((now.server!=2)&&((int)now.dirty))))
			Uerror("block in d_step seq");
S_493_0: /* 2 */
		now.disk.available = now.memory.available;
#ifdef VAR_RANGES
		logval("disk.available", now.disk.available);
#endif
		;
S_494_0: /* 2 */
		now.disk.held = now.memory.held;
#ifdef VAR_RANGES
		logval("disk.held", now.disk.held);
#endif
		;
S_495_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
S_506_0: /* 2 */
S_505_0: /* 2 */
S_496_0: /* 2 */
		if (!((((int)now.j)<3)))
			goto S_505_1;
S_497_0: /* 2 */
		now.disk.amount[ Index(now.j, 3) ] = ((int)now.memory.amount[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("disk.amount[j]", ((int)now.disk.amount[ Index(((int)now.j), 3) ]));
#endif
		;
S_498_0: /* 2 */
		now.disk.state[ Index(now.j, 3) ] = ((int)now.memory.state[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("disk.state[j]", ((int)now.disk.state[ Index(((int)now.j), 3) ]));
#endif
		;
S_499_0: /* 2 */
		now.disk.charge[ Index(now.j, 3) ] = ((int)now.memory.charge[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("disk.charge[j]", ((int)now.disk.charge[ Index(((int)now.j), 3) ]));
#endif
		;
S_500_0: /* 2 */
		now.disk.out[ Index(now.j, 3) ] = ((int)now.memory.out[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("disk.out[j]", ((int)now.disk.out[ Index(((int)now.j), 3) ]));
#endif
		;
S_501_0: /* 2 */
		now.disk.accepted[ Index(now.j, 3) ] = ((int)now.memory.accepted[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("disk.accepted[j]", ((int)now.disk.accepted[ Index(((int)now.j), 3) ]));
#endif
		;
S_502_0: /* 2 */
		now.j = (((int)now.j)+1);
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
		goto S_506_0; /* ';' */
S_505_1: /* 3 */
S_503_0: /* 2 */
		/* else */;
S_504_0: /* 2 */
		goto S_508_0;	/* 'goto' */
S_505_2: /* 3 */
		Uerror("blocking sel in d_step (nr.0, near line 349)");
S_507_0: /* 2 */
		goto S_508_0;	/* 'break' */
S_508_0: /* 2 */
		now.dirty = 0;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_525_0: /* 2 */
S_509_0: /* 2 */
		spin_assert((((now.disk.available>=0)&&(now.disk.held>=0))||((int)a_balance_is_never_negative)), "(((disk.available>=0)&&(disk.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_510_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_511_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_512_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_521_0: /* 2 */
S_520_0: /* 2 */
S_513_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_520_1;
S_514_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.disk.state[ Index(((int)h), 3) ])==1)) ? (((int)now.disk.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_515_0: /* 2 */
		cost = (((int)cost)+((int)now.disk.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_516_0: /* 2 */
		spin_assert(((((int)now.disk.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((disk.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_517_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_521_0; /* ';' */
S_520_1: /* 3 */
S_518_0: /* 2 */
		/* else */;
S_519_0: /* 2 */
		goto S_523_0;	/* 'goto' */
S_520_2: /* 3 */
		Uerror("blocking sel in d_step (nr.1, near line 101)");
S_522_0: /* 2 */
		goto S_523_0;	/* 'break' */
S_523_0: /* 2 */
		spin_assert(((now.disk.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((disk.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_524_0: /* 2 */
		spin_assert(((((now.disk.available+now.disk.held)+((int)cost))==5)||((int)money_is_conserved)), "((((disk.available+disk.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_526_0;
S_526_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_527_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
S_550_0: /* 2 */
S_549_0: /* 2 */
S_528_0: /* 2 */
		if (!((((int)now.j)<3)))
			goto S_549_1;
S_542_0: /* 2 */
S_529_0: /* 2 */
		if (!((now.at[ Index(((int)now.j), 3) ]==10)))
			goto S_542_1;
S_530_0: /* 2 */
		now.at[ Index(now.j, 3) ] = 9;
#ifdef VAR_RANGES
		logval("at[j]", now.at[ Index(((int)now.j), 3) ]);
#endif
		;
S_531_0: /* 2 */
		now.upstream[ Index(now.j, 3) ] = 18;
#ifdef VAR_RANGES
		logval("upstream[j]", now.upstream[ Index(((int)now.j), 3) ]);
#endif
		;
S_532_0: /* 2 */
		now.funds[ Index(now.j, 3) ] = (1+1);
#ifdef VAR_RANGES
		logval("funds[j]", ((int)now.funds[ Index(((int)now.j), 3) ]));
#endif
		;
S_533_0: /* 2 */
		sum = (((int)sum)+1);
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
		goto S_543_0;
S_542_1: /* 3 */
S_534_0: /* 2 */
		if (!((now.at[ Index(((int)now.j), 3) ]==6)))
			goto S_542_2;
S_535_0: /* 2 */
		now.at[ Index(now.j, 3) ] = 5;
#ifdef VAR_RANGES
		logval("at[j]", now.at[ Index(((int)now.j), 3) ]);
#endif
		;
S_536_0: /* 2 */
		sum = (((int)sum)+1);
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
		goto S_543_0;
S_542_2: /* 3 */
S_537_0: /* 2 */
		if (!(((now.at[ Index(((int)now.j), 3) ]==7)&&(((int)now.extension[ Index(((int)now.j), 3) ])>0))))
			goto S_542_3;
S_538_0: /* 2 */
		now.funds[ Index(now.j, 3) ] = (((int)now.funds[ Index(((int)now.j), 3) ])+((int)now.extension[ Index(((int)now.j), 3) ]));
#ifdef VAR_RANGES
		logval("funds[j]", ((int)now.funds[ Index(((int)now.j), 3) ]));
#endif
		;
S_539_0: /* 2 */
		now.extension[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[j]", ((int)now.extension[ Index(((int)now.j), 3) ]));
#endif
		;
S_540_0: /* 2 */
		sum = (((int)sum)+1);
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
		goto S_543_0;
S_542_3: /* 3 */
S_541_0: /* 2 */
		/* else */;
		goto S_543_0;
S_542_4: /* 3 */
		Uerror("blocking sel in d_step (nr.2, near line 366)");
S_543_0: /* 2 */
S_544_0: /* 2 */
		ok = (((((int)now.disk.state[ Index(((int)now.j), 3) ])!=1)||(now.at[ Index(((int)now.j), 3) ]==4))||(((int)now.disk.amount[ Index(((int)now.j), 3) ])==((int)now.funds[ Index(((int)now.j), 3) ])));
#ifdef VAR_RANGES
		logval("ok", ((int)ok));
#endif
		;
S_545_0: /* 2 */
		spin_assert((((int)ok)||((int)an_extension_is_neither_lost_nor_doubled)), "(ok||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_546_0: /* 2 */
		now.j = (((int)now.j)+1);
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
		goto S_550_0; /* ';' */
S_549_1: /* 3 */
S_547_0: /* 2 */
		/* else */;
S_548_0: /* 2 */
		goto S_552_0;	/* 'goto' */
S_549_2: /* 3 */
		Uerror("blocking sel in d_step (nr.3, near line 364)");
S_551_0: /* 2 */
		goto S_552_0;	/* 'break' */
S_552_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
S_556_0: /* 2 */
S_553_0: /* 2 */
		if (!((((int)sum)==3)))
			goto S_556_1;
S_554_0: /* 2 */
		/* c_code16 */
		{  seen |= 1UL << 7;  }
;
		goto S_557_0;
S_556_1: /* 3 */
S_555_0: /* 2 */
		/* else */;
		goto S_557_0;
S_556_2: /* 3 */
		Uerror("blocking sel in d_step (nr.4, near line 378)");
S_557_0: /* 2 */
S_561_0: /* 2 */
S_558_0: /* 2 */
		if (!(((now.server==1)&&(((int)now.crashes)==2))))
			goto S_561_1;
S_559_0: /* 2 */
		/* c_code17 */
		{  seen |= 1UL << 12;  }
;
		goto S_562_0;
S_561_1: /* 3 */
S_560_0: /* 2 */
		/* else */;
		goto S_562_0;
S_561_2: /* 3 */
		Uerror("blocking sel in d_step (nr.5, near line 379)");
S_562_0: /* 2 */
		goto S_946_0; /* '.' */
		goto S_946_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 5: // STATE 123 - protocol.pml:382 - [D_STEP382]
		if (!(boq == -1 && ((((int)now.crashes)<2)&&(now.server!=2))))
			continue;

		reached[1][123] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_564_0: /* 2 */
		if (!(((((int)now.crashes)<2)&&(now.server!=2))))
			Uerror("block in d_step seq");
S_568_0: /* 2 */
S_565_0: /* 2 */
		if (!((now.server==1)))
			goto S_568_1;
S_566_0: /* 2 */
		/* c_code18 */
		{  seen |= 1UL << 3;  }
;
		goto S_569_0;
S_568_1: /* 3 */
S_567_0: /* 2 */
		/* else */;
		goto S_569_0;
S_568_2: /* 3 */
		Uerror("blocking sel in d_step (nr.6, near line 383)");
S_569_0: /* 2 */
S_570_0: /* 2 */
		now.crashes = (((int)now.crashes)+1);
#ifdef VAR_RANGES
		logval("crashes", ((int)now.crashes));
#endif
		;
S_571_0: /* 2 */
		now.server = 2;
#ifdef VAR_RANGES
		logval("server", now.server);
#endif
		;
S_572_0: /* 2 */
		now.memory.available = 0;
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_573_0: /* 2 */
		now.memory.held = 0;
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_574_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
S_585_0: /* 2 */
S_584_0: /* 2 */
S_575_0: /* 2 */
		if (!((((int)now.j)<3)))
			goto S_584_1;
S_576_0: /* 2 */
		now.memory.state[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.state[j]", ((int)now.memory.state[ Index(((int)now.j), 3) ]));
#endif
		;
S_577_0: /* 2 */
		now.memory.amount[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[j]", ((int)now.memory.amount[ Index(((int)now.j), 3) ]));
#endif
		;
S_578_0: /* 2 */
		now.memory.charge[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.charge[j]", ((int)now.memory.charge[ Index(((int)now.j), 3) ]));
#endif
		;
S_579_0: /* 2 */
		now.memory.out[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[j]", ((int)now.memory.out[ Index(((int)now.j), 3) ]));
#endif
		;
S_580_0: /* 2 */
		now.memory.accepted[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[j]", ((int)now.memory.accepted[ Index(((int)now.j), 3) ]));
#endif
		;
S_581_0: /* 2 */
		now.j = (((int)now.j)+1);
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
		goto S_585_0; /* ';' */
S_584_1: /* 3 */
S_582_0: /* 2 */
		/* else */;
S_583_0: /* 2 */
		goto S_587_0;	/* 'goto' */
S_584_2: /* 3 */
		Uerror("blocking sel in d_step (nr.7, near line 388)");
S_586_0: /* 2 */
		goto S_587_0;	/* 'break' */
S_587_0: /* 2 */
		now.dirty = 0;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_588_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
S_607_0: /* 2 */
S_606_0: /* 2 */
S_589_0: /* 2 */
		if (!((((int)now.j)<3)))
			goto S_606_1;
S_593_0: /* 2 */
S_590_0: /* 2 */
		if (!((((int)now.extension[ Index(((int)now.j), 3) ])>0)))
			goto S_593_1;
S_591_0: /* 2 */
		/* c_code19 */
		{  seen |= 1UL << 13;  }
;
		goto S_594_0;
S_593_1: /* 3 */
S_592_0: /* 2 */
		/* else */;
		goto S_594_0;
S_593_2: /* 3 */
		Uerror("blocking sel in d_step (nr.8, near line 401)");
S_594_0: /* 2 */
S_595_0: /* 2 */
		now.extension[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[j]", ((int)now.extension[ Index(((int)now.j), 3) ]));
#endif
		;
S_596_0: /* 2 */
		now.dry[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[j]", ((int)now.dry[ Index(((int)now.j), 3) ]));
#endif
		;
S_597_0: /* 2 */
		now.tells_end[ Index(now.j, 3) ] = 0;
#ifdef VAR_RANGES
		logval("tells_end[j]", ((int)now.tells_end[ Index(((int)now.j), 3) ]));
#endif
		;
S_601_0: /* 2 */
S_598_0: /* 2 */
		if (!((now.at[ Index(((int)now.j), 3) ]==12)))
			goto S_601_1;
		goto S_602_0;
S_601_1: /* 3 */
S_599_0: /* 2 */
		/* else */;
S_600_0: /* 2 */
		now.at[ Index(now.j, 3) ] = 4;
#ifdef VAR_RANGES
		logval("at[j]", now.at[ Index(((int)now.j), 3) ]);
#endif
		;
		goto S_602_0;
S_601_2: /* 3 */
		Uerror("blocking sel in d_step (nr.9, near line 403)");
S_602_0: /* 2 */
S_603_0: /* 2 */
		now.j = (((int)now.j)+1);
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
		goto S_607_0; /* ';' */
S_606_1: /* 3 */
S_604_0: /* 2 */
		/* else */;
S_605_0: /* 2 */
		goto S_608_0;	/* 'goto' */
S_606_2: /* 3 */
		Uerror("blocking sel in d_step (nr.10, near line 399)");
S_608_0: /* 2 */
		goto S_609_0;	/* 'break' */
S_609_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
		goto S_946_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 6: // STATE 143 - protocol.pml:416 - [D_STEP416]
		if (!(boq == -1 && (now.server==2)))
			continue;

		reached[1][143] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_611_0: /* 2 */
		if (!((now.server==2)))
			Uerror("block in d_step seq");
S_612_0: /* 2 */
		now.server = 1;
#ifdef VAR_RANGES
		logval("server", now.server);
#endif
		;
S_613_0: /* 2 */
		now.memory.available = now.disk.available;
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_614_0: /* 2 */
		now.memory.held = now.disk.held;
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_615_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
S_627_0: /* 2 */
S_626_0: /* 2 */
S_616_0: /* 2 */
		if (!((((int)now.j)<3)))
			goto S_626_1;
S_617_0: /* 2 */
		now.memory.state[ Index(now.j, 3) ] = ((int)now.disk.state[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("memory.state[j]", ((int)now.memory.state[ Index(((int)now.j), 3) ]));
#endif
		;
S_618_0: /* 2 */
		now.memory.amount[ Index(now.j, 3) ] = ((int)now.disk.amount[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("memory.amount[j]", ((int)now.memory.amount[ Index(((int)now.j), 3) ]));
#endif
		;
S_619_0: /* 2 */
		now.memory.charge[ Index(now.j, 3) ] = ((int)now.disk.charge[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("memory.charge[j]", ((int)now.memory.charge[ Index(((int)now.j), 3) ]));
#endif
		;
S_620_0: /* 2 */
		now.memory.out[ Index(now.j, 3) ] = ((int)now.disk.out[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("memory.out[j]", ((int)now.memory.out[ Index(((int)now.j), 3) ]));
#endif
		;
S_621_0: /* 2 */
		now.memory.accepted[ Index(now.j, 3) ] = ((int)now.disk.accepted[ Index(((int)now.j), 3) ]);
#ifdef VAR_RANGES
		logval("memory.accepted[j]", ((int)now.memory.accepted[ Index(((int)now.j), 3) ]));
#endif
		;
S_622_0: /* 2 */
		spin_assert((((((int)now.disk.state[ Index(((int)now.j), 3) ])!=1)||(((int)now.disk.amount[ Index(((int)now.j), 3) ])==((int)now.funds[ Index((((int)now.j)%3), 3) ])))||((int)an_extension_is_neither_lost_nor_doubled)), "(((disk.state[j]!=1)||(disk.amount[j]==funds[(j%3)]))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_623_0: /* 2 */
		now.j = (((int)now.j)+1);
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
		goto S_627_0; /* ';' */
S_626_1: /* 3 */
S_624_0: /* 2 */
		/* else */;
S_625_0: /* 2 */
		goto S_628_0;	/* 'goto' */
S_626_2: /* 3 */
		Uerror("blocking sel in d_step (nr.11, near line 420)");
S_628_0: /* 2 */
		goto S_629_0;	/* 'break' */
S_629_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
		goto S_946_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 7: // STATE 240 - protocol.pml:435 - [D_STEP435]
		if (!(boq == -1 && ((now.server==1)&&(((int)now.memory.state[0])==1))))
			continue;

		reached[1][240] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_631_0: /* 2 */
		if (!(((now.server==1)&&(((int)now.memory.state[0])==1))))
			Uerror("block in d_step seq");
S_726_0: /* 2 */
S_707_0: /* 2 */
S_632_0: /* 2 */
		if (!(((int)now.memory.accepted[0])))
			goto S_707_1;
S_633_0: /* 2 */
		cost = (1+((int)now.memory.out[0]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_669_0: /* 2 */
S_634_0: /* 2 */
		spin_assert(((((int)now.memory.state[0])==1)||((int)a_hold_is_closed_once)), "((memory.state[0]==1)||a_hold_is_closed_once)", II, tt, t);
S_635_0: /* 2 */
		take = ((int)cost);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_642_0: /* 2 */
S_636_0: /* 2 */
		if (!(((4==4)&&(((int)take)>((int)now.memory.amount[0])))))
			goto S_642_1;
S_637_0: /* 2 */
		take = ((int)now.memory.amount[0]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_643_0;
S_642_1: /* 3 */
S_638_0: /* 2 */
		if (!(((4!=4)&&(((int)take)>(((int)now.memory.amount[0])+now.memory.available)))))
			goto S_642_2;
S_639_0: /* 2 */
		take = (((int)now.memory.amount[0])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_640_0: /* 2 */
		/* c_code20 */
		{  seen |= 1UL << 8;  }
;
		goto S_643_0;
S_642_2: /* 3 */
S_641_0: /* 2 */
		/* else */;
		goto S_643_0;
S_642_3: /* 3 */
		Uerror("blocking sel in d_step (nr.12, near line 118)");
S_643_0: /* 2 */
S_644_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[0]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_645_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[0]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_646_0: /* 2 */
		now.memory.charge[0] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[0]", ((int)now.memory.charge[0]));
#endif
		;
S_647_0: /* 2 */
		now.memory.state[0] = 4;
#ifdef VAR_RANGES
		logval("memory.state[0]", ((int)now.memory.state[0]));
#endif
		;
S_648_0: /* 2 */
		now.memory.amount[0] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[0]", ((int)now.memory.amount[0]));
#endif
		;
S_649_0: /* 2 */
		now.memory.accepted[0] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[0]", ((int)now.memory.accepted[0]));
#endif
		;
S_650_0: /* 2 */
		now.memory.out[0] = 0;
#ifdef VAR_RANGES
		logval("memory.out[0]", ((int)now.memory.out[0]));
#endif
		;
S_651_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_668_0: /* 2 */
S_652_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_653_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_654_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_655_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_664_0: /* 2 */
S_663_0: /* 2 */
S_656_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_663_1;
S_657_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_658_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_659_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_660_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_664_0; /* ';' */
S_663_1: /* 3 */
S_661_0: /* 2 */
		/* else */;
S_662_0: /* 2 */
		goto S_666_0;	/* 'goto' */
S_663_2: /* 3 */
		Uerror("blocking sel in d_step (nr.13, near line 101)");
S_665_0: /* 2 */
		goto S_666_0;	/* 'break' */
S_666_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_667_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_708_0;
S_707_1: /* 3 */
S_670_0: /* 2 */
		/* else */;
S_706_0: /* 2 */
S_671_0: /* 2 */
		spin_assert(((((int)now.memory.state[0])==1)||((int)a_hold_is_closed_once)), "((memory.state[0]==1)||a_hold_is_closed_once)", II, tt, t);
S_672_0: /* 2 */
		take = 0;
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_679_0: /* 2 */
S_673_0: /* 2 */
		if (!(((3==4)&&(((int)take)>((int)now.memory.amount[0])))))
			goto S_679_1;
S_674_0: /* 2 */
		take = ((int)now.memory.amount[0]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_680_0;
S_679_1: /* 3 */
S_675_0: /* 2 */
		if (!(((3!=4)&&(((int)take)>(((int)now.memory.amount[0])+now.memory.available)))))
			goto S_679_2;
S_676_0: /* 2 */
		take = (((int)now.memory.amount[0])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_677_0: /* 2 */
		/* c_code21 */
		{  seen |= 1UL << 8;  }
;
		goto S_680_0;
S_679_2: /* 3 */
S_678_0: /* 2 */
		/* else */;
		goto S_680_0;
S_679_3: /* 3 */
		Uerror("blocking sel in d_step (nr.14, near line 118)");
S_680_0: /* 2 */
S_681_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[0]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_682_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[0]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_683_0: /* 2 */
		now.memory.charge[0] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[0]", ((int)now.memory.charge[0]));
#endif
		;
S_684_0: /* 2 */
		now.memory.state[0] = 3;
#ifdef VAR_RANGES
		logval("memory.state[0]", ((int)now.memory.state[0]));
#endif
		;
S_685_0: /* 2 */
		now.memory.amount[0] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[0]", ((int)now.memory.amount[0]));
#endif
		;
S_686_0: /* 2 */
		now.memory.accepted[0] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[0]", ((int)now.memory.accepted[0]));
#endif
		;
S_687_0: /* 2 */
		now.memory.out[0] = 0;
#ifdef VAR_RANGES
		logval("memory.out[0]", ((int)now.memory.out[0]));
#endif
		;
S_688_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_705_0: /* 2 */
S_689_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_690_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_691_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_692_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_701_0: /* 2 */
S_700_0: /* 2 */
S_693_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_700_1;
S_694_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_695_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_696_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_697_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_701_0; /* ';' */
S_700_1: /* 3 */
S_698_0: /* 2 */
		/* else */;
S_699_0: /* 2 */
		goto S_703_0;	/* 'goto' */
S_700_2: /* 3 */
		Uerror("blocking sel in d_step (nr.15, near line 101)");
S_702_0: /* 2 */
		goto S_703_0;	/* 'break' */
S_703_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_704_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_708_0;
		goto S_708_0;
		goto S_708_0;
S_707_2: /* 3 */
		Uerror("blocking sel in d_step (nr.16, near line 320)");
S_708_0: /* 2 */
S_709_0: /* 2 */
		cost = ( (((int)now.disk.accepted[0])) ? ((1+((int)now.disk.out[0]))) : (0) );
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_710_0: /* 2 */
		spin_assert(((((int)now.memory.charge[0])==((int)cost))||((int)recovery_charges_what_was_known)), "((memory.charge[0]==cost)||recovery_charges_what_was_known)", II, tt, t);
S_714_0: /* 2 */
S_711_0: /* 2 */
		if (!(((((int)now.memory.state[0])==4)&&(((int)now.relayed[ Index((0%3), 3) ])>0))))
			goto S_714_1;
S_712_0: /* 2 */
		/* c_code22 */
		{  seen |= 1UL << 1;  }
;
		goto S_715_0;
S_714_1: /* 3 */
S_713_0: /* 2 */
		/* else */;
		goto S_715_0;
S_714_2: /* 3 */
		Uerror("blocking sel in d_step (nr.17, near line 328)");
S_715_0: /* 2 */
S_719_0: /* 2 */
S_716_0: /* 2 */
		if (!((((int)now.disk.amount[0])>(1+1))))
			goto S_719_1;
S_717_0: /* 2 */
		/* c_code23 */
		{  seen |= 1UL << 2;  }
;
		goto S_720_0;
S_719_1: /* 3 */
S_718_0: /* 2 */
		/* else */;
		goto S_720_0;
S_719_2: /* 3 */
		Uerror("blocking sel in d_step (nr.18, near line 329)");
S_720_0: /* 2 */
S_724_0: /* 2 */
S_721_0: /* 2 */
		if (!(((((int)now.disk.amount[0])>(1+1))&&(((int)now.memory.state[0])==4))))
			goto S_724_1;
S_722_0: /* 2 */
		/* c_code24 */
		{  seen |= 1UL << 11;  }
;
		goto S_725_0;
S_724_1: /* 3 */
S_723_0: /* 2 */
		/* else */;
		goto S_725_0;
S_724_2: /* 3 */
		Uerror("blocking sel in d_step (nr.19, near line 330)");
S_725_0: /* 2 */
		goto S_946_0; /* '.' */
		goto S_946_0; /* ';' */
		goto S_946_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 8: // STATE 337 - protocol.pml:436 - [D_STEP436]
		if (!(boq == -1 && (((now.server==1)&&(((int)now.memory.state[0])!=1))&&(((int)now.memory.state[1])==1))))
			continue;

		reached[1][337] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_728_0: /* 2 */
		if (!((((now.server==1)&&(((int)now.memory.state[0])!=1))&&(((int)now.memory.state[1])==1))))
			Uerror("block in d_step seq");
S_823_0: /* 2 */
S_804_0: /* 2 */
S_729_0: /* 2 */
		if (!(((int)now.memory.accepted[1])))
			goto S_804_1;
S_730_0: /* 2 */
		cost = (1+((int)now.memory.out[1]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_766_0: /* 2 */
S_731_0: /* 2 */
		spin_assert(((((int)now.memory.state[1])==1)||((int)a_hold_is_closed_once)), "((memory.state[1]==1)||a_hold_is_closed_once)", II, tt, t);
S_732_0: /* 2 */
		take = ((int)cost);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_739_0: /* 2 */
S_733_0: /* 2 */
		if (!(((4==4)&&(((int)take)>((int)now.memory.amount[1])))))
			goto S_739_1;
S_734_0: /* 2 */
		take = ((int)now.memory.amount[1]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_740_0;
S_739_1: /* 3 */
S_735_0: /* 2 */
		if (!(((4!=4)&&(((int)take)>(((int)now.memory.amount[1])+now.memory.available)))))
			goto S_739_2;
S_736_0: /* 2 */
		take = (((int)now.memory.amount[1])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_737_0: /* 2 */
		/* c_code25 */
		{  seen |= 1UL << 8;  }
;
		goto S_740_0;
S_739_2: /* 3 */
S_738_0: /* 2 */
		/* else */;
		goto S_740_0;
S_739_3: /* 3 */
		Uerror("blocking sel in d_step (nr.20, near line 118)");
S_740_0: /* 2 */
S_741_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[1]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_742_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[1]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_743_0: /* 2 */
		now.memory.charge[1] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[1]", ((int)now.memory.charge[1]));
#endif
		;
S_744_0: /* 2 */
		now.memory.state[1] = 4;
#ifdef VAR_RANGES
		logval("memory.state[1]", ((int)now.memory.state[1]));
#endif
		;
S_745_0: /* 2 */
		now.memory.amount[1] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[1]", ((int)now.memory.amount[1]));
#endif
		;
S_746_0: /* 2 */
		now.memory.accepted[1] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[1]", ((int)now.memory.accepted[1]));
#endif
		;
S_747_0: /* 2 */
		now.memory.out[1] = 0;
#ifdef VAR_RANGES
		logval("memory.out[1]", ((int)now.memory.out[1]));
#endif
		;
S_748_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_765_0: /* 2 */
S_749_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_750_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_751_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_752_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_761_0: /* 2 */
S_760_0: /* 2 */
S_753_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_760_1;
S_754_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_755_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_756_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_757_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_761_0; /* ';' */
S_760_1: /* 3 */
S_758_0: /* 2 */
		/* else */;
S_759_0: /* 2 */
		goto S_763_0;	/* 'goto' */
S_760_2: /* 3 */
		Uerror("blocking sel in d_step (nr.21, near line 101)");
S_762_0: /* 2 */
		goto S_763_0;	/* 'break' */
S_763_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_764_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_805_0;
S_804_1: /* 3 */
S_767_0: /* 2 */
		/* else */;
S_803_0: /* 2 */
S_768_0: /* 2 */
		spin_assert(((((int)now.memory.state[1])==1)||((int)a_hold_is_closed_once)), "((memory.state[1]==1)||a_hold_is_closed_once)", II, tt, t);
S_769_0: /* 2 */
		take = 0;
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_776_0: /* 2 */
S_770_0: /* 2 */
		if (!(((3==4)&&(((int)take)>((int)now.memory.amount[1])))))
			goto S_776_1;
S_771_0: /* 2 */
		take = ((int)now.memory.amount[1]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_777_0;
S_776_1: /* 3 */
S_772_0: /* 2 */
		if (!(((3!=4)&&(((int)take)>(((int)now.memory.amount[1])+now.memory.available)))))
			goto S_776_2;
S_773_0: /* 2 */
		take = (((int)now.memory.amount[1])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_774_0: /* 2 */
		/* c_code26 */
		{  seen |= 1UL << 8;  }
;
		goto S_777_0;
S_776_2: /* 3 */
S_775_0: /* 2 */
		/* else */;
		goto S_777_0;
S_776_3: /* 3 */
		Uerror("blocking sel in d_step (nr.22, near line 118)");
S_777_0: /* 2 */
S_778_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[1]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_779_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[1]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_780_0: /* 2 */
		now.memory.charge[1] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[1]", ((int)now.memory.charge[1]));
#endif
		;
S_781_0: /* 2 */
		now.memory.state[1] = 3;
#ifdef VAR_RANGES
		logval("memory.state[1]", ((int)now.memory.state[1]));
#endif
		;
S_782_0: /* 2 */
		now.memory.amount[1] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[1]", ((int)now.memory.amount[1]));
#endif
		;
S_783_0: /* 2 */
		now.memory.accepted[1] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[1]", ((int)now.memory.accepted[1]));
#endif
		;
S_784_0: /* 2 */
		now.memory.out[1] = 0;
#ifdef VAR_RANGES
		logval("memory.out[1]", ((int)now.memory.out[1]));
#endif
		;
S_785_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_802_0: /* 2 */
S_786_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_787_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_788_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_789_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_798_0: /* 2 */
S_797_0: /* 2 */
S_790_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_797_1;
S_791_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_792_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_793_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_794_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_798_0; /* ';' */
S_797_1: /* 3 */
S_795_0: /* 2 */
		/* else */;
S_796_0: /* 2 */
		goto S_800_0;	/* 'goto' */
S_797_2: /* 3 */
		Uerror("blocking sel in d_step (nr.23, near line 101)");
S_799_0: /* 2 */
		goto S_800_0;	/* 'break' */
S_800_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_801_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_805_0;
		goto S_805_0;
		goto S_805_0;
S_804_2: /* 3 */
		Uerror("blocking sel in d_step (nr.24, near line 320)");
S_805_0: /* 2 */
S_806_0: /* 2 */
		cost = ( (((int)now.disk.accepted[1])) ? ((1+((int)now.disk.out[1]))) : (0) );
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_807_0: /* 2 */
		spin_assert(((((int)now.memory.charge[1])==((int)cost))||((int)recovery_charges_what_was_known)), "((memory.charge[1]==cost)||recovery_charges_what_was_known)", II, tt, t);
S_811_0: /* 2 */
S_808_0: /* 2 */
		if (!(((((int)now.memory.state[1])==4)&&(((int)now.relayed[ Index((1%3), 3) ])>0))))
			goto S_811_1;
S_809_0: /* 2 */
		/* c_code27 */
		{  seen |= 1UL << 1;  }
;
		goto S_812_0;
S_811_1: /* 3 */
S_810_0: /* 2 */
		/* else */;
		goto S_812_0;
S_811_2: /* 3 */
		Uerror("blocking sel in d_step (nr.25, near line 328)");
S_812_0: /* 2 */
S_816_0: /* 2 */
S_813_0: /* 2 */
		if (!((((int)now.disk.amount[1])>(1+1))))
			goto S_816_1;
S_814_0: /* 2 */
		/* c_code28 */
		{  seen |= 1UL << 2;  }
;
		goto S_817_0;
S_816_1: /* 3 */
S_815_0: /* 2 */
		/* else */;
		goto S_817_0;
S_816_2: /* 3 */
		Uerror("blocking sel in d_step (nr.26, near line 329)");
S_817_0: /* 2 */
S_821_0: /* 2 */
S_818_0: /* 2 */
		if (!(((((int)now.disk.amount[1])>(1+1))&&(((int)now.memory.state[1])==4))))
			goto S_821_1;
S_819_0: /* 2 */
		/* c_code29 */
		{  seen |= 1UL << 11;  }
;
		goto S_822_0;
S_821_1: /* 3 */
S_820_0: /* 2 */
		/* else */;
		goto S_822_0;
S_821_2: /* 3 */
		Uerror("blocking sel in d_step (nr.27, near line 330)");
S_822_0: /* 2 */
		goto S_946_0; /* '.' */
		goto S_946_0; /* ';' */
		goto S_946_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 9: // STATE 434 - protocol.pml:437 - [D_STEP437]
		if (!(boq == -1 && ((((now.server==1)&&(((int)now.memory.state[0])!=1))&&(((int)now.memory.state[1])!=1))&&(((int)now.memory.state[2])==1))))
			continue;

		reached[1][434] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_825_0: /* 2 */
		if (!(((((now.server==1)&&(((int)now.memory.state[0])!=1))&&(((int)now.memory.state[1])!=1))&&(((int)now.memory.state[2])==1))))
			Uerror("block in d_step seq");
S_920_0: /* 2 */
S_901_0: /* 2 */
S_826_0: /* 2 */
		if (!(((int)now.memory.accepted[2])))
			goto S_901_1;
S_827_0: /* 2 */
		cost = (1+((int)now.memory.out[2]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_863_0: /* 2 */
S_828_0: /* 2 */
		spin_assert(((((int)now.memory.state[2])==1)||((int)a_hold_is_closed_once)), "((memory.state[2]==1)||a_hold_is_closed_once)", II, tt, t);
S_829_0: /* 2 */
		take = ((int)cost);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_836_0: /* 2 */
S_830_0: /* 2 */
		if (!(((4==4)&&(((int)take)>((int)now.memory.amount[2])))))
			goto S_836_1;
S_831_0: /* 2 */
		take = ((int)now.memory.amount[2]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_837_0;
S_836_1: /* 3 */
S_832_0: /* 2 */
		if (!(((4!=4)&&(((int)take)>(((int)now.memory.amount[2])+now.memory.available)))))
			goto S_836_2;
S_833_0: /* 2 */
		take = (((int)now.memory.amount[2])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_834_0: /* 2 */
		/* c_code30 */
		{  seen |= 1UL << 8;  }
;
		goto S_837_0;
S_836_2: /* 3 */
S_835_0: /* 2 */
		/* else */;
		goto S_837_0;
S_836_3: /* 3 */
		Uerror("blocking sel in d_step (nr.28, near line 118)");
S_837_0: /* 2 */
S_838_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[2]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_839_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[2]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_840_0: /* 2 */
		now.memory.charge[2] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[2]", ((int)now.memory.charge[2]));
#endif
		;
S_841_0: /* 2 */
		now.memory.state[2] = 4;
#ifdef VAR_RANGES
		logval("memory.state[2]", ((int)now.memory.state[2]));
#endif
		;
S_842_0: /* 2 */
		now.memory.amount[2] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[2]", ((int)now.memory.amount[2]));
#endif
		;
S_843_0: /* 2 */
		now.memory.accepted[2] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[2]", ((int)now.memory.accepted[2]));
#endif
		;
S_844_0: /* 2 */
		now.memory.out[2] = 0;
#ifdef VAR_RANGES
		logval("memory.out[2]", ((int)now.memory.out[2]));
#endif
		;
S_845_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_862_0: /* 2 */
S_846_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_847_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_848_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_849_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_858_0: /* 2 */
S_857_0: /* 2 */
S_850_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_857_1;
S_851_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_852_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_853_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_854_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_858_0; /* ';' */
S_857_1: /* 3 */
S_855_0: /* 2 */
		/* else */;
S_856_0: /* 2 */
		goto S_860_0;	/* 'goto' */
S_857_2: /* 3 */
		Uerror("blocking sel in d_step (nr.29, near line 101)");
S_859_0: /* 2 */
		goto S_860_0;	/* 'break' */
S_860_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_861_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_902_0;
S_901_1: /* 3 */
S_864_0: /* 2 */
		/* else */;
S_900_0: /* 2 */
S_865_0: /* 2 */
		spin_assert(((((int)now.memory.state[2])==1)||((int)a_hold_is_closed_once)), "((memory.state[2]==1)||a_hold_is_closed_once)", II, tt, t);
S_866_0: /* 2 */
		take = 0;
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_873_0: /* 2 */
S_867_0: /* 2 */
		if (!(((3==4)&&(((int)take)>((int)now.memory.amount[2])))))
			goto S_873_1;
S_868_0: /* 2 */
		take = ((int)now.memory.amount[2]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_874_0;
S_873_1: /* 3 */
S_869_0: /* 2 */
		if (!(((3!=4)&&(((int)take)>(((int)now.memory.amount[2])+now.memory.available)))))
			goto S_873_2;
S_870_0: /* 2 */
		take = (((int)now.memory.amount[2])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_871_0: /* 2 */
		/* c_code31 */
		{  seen |= 1UL << 8;  }
;
		goto S_874_0;
S_873_2: /* 3 */
S_872_0: /* 2 */
		/* else */;
		goto S_874_0;
S_873_3: /* 3 */
		Uerror("blocking sel in d_step (nr.30, near line 118)");
S_874_0: /* 2 */
S_875_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[2]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_876_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[2]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_877_0: /* 2 */
		now.memory.charge[2] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[2]", ((int)now.memory.charge[2]));
#endif
		;
S_878_0: /* 2 */
		now.memory.state[2] = 3;
#ifdef VAR_RANGES
		logval("memory.state[2]", ((int)now.memory.state[2]));
#endif
		;
S_879_0: /* 2 */
		now.memory.amount[2] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[2]", ((int)now.memory.amount[2]));
#endif
		;
S_880_0: /* 2 */
		now.memory.accepted[2] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[2]", ((int)now.memory.accepted[2]));
#endif
		;
S_881_0: /* 2 */
		now.memory.out[2] = 0;
#ifdef VAR_RANGES
		logval("memory.out[2]", ((int)now.memory.out[2]));
#endif
		;
S_882_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_899_0: /* 2 */
S_883_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_884_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_885_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_886_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_895_0: /* 2 */
S_894_0: /* 2 */
S_887_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_894_1;
S_888_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_889_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_890_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_891_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_895_0; /* ';' */
S_894_1: /* 3 */
S_892_0: /* 2 */
		/* else */;
S_893_0: /* 2 */
		goto S_897_0;	/* 'goto' */
S_894_2: /* 3 */
		Uerror("blocking sel in d_step (nr.31, near line 101)");
S_896_0: /* 2 */
		goto S_897_0;	/* 'break' */
S_897_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_898_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_902_0;
		goto S_902_0;
		goto S_902_0;
S_901_2: /* 3 */
		Uerror("blocking sel in d_step (nr.32, near line 320)");
S_902_0: /* 2 */
S_903_0: /* 2 */
		cost = ( (((int)now.disk.accepted[2])) ? ((1+((int)now.disk.out[2]))) : (0) );
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_904_0: /* 2 */
		spin_assert(((((int)now.memory.charge[2])==((int)cost))||((int)recovery_charges_what_was_known)), "((memory.charge[2]==cost)||recovery_charges_what_was_known)", II, tt, t);
S_908_0: /* 2 */
S_905_0: /* 2 */
		if (!(((((int)now.memory.state[2])==4)&&(((int)now.relayed[ Index((2%3), 3) ])>0))))
			goto S_908_1;
S_906_0: /* 2 */
		/* c_code32 */
		{  seen |= 1UL << 1;  }
;
		goto S_909_0;
S_908_1: /* 3 */
S_907_0: /* 2 */
		/* else */;
		goto S_909_0;
S_908_2: /* 3 */
		Uerror("blocking sel in d_step (nr.33, near line 328)");
S_909_0: /* 2 */
S_913_0: /* 2 */
S_910_0: /* 2 */
		if (!((((int)now.disk.amount[2])>(1+1))))
			goto S_913_1;
S_911_0: /* 2 */
		/* c_code33 */
		{  seen |= 1UL << 2;  }
;
		goto S_914_0;
S_913_1: /* 3 */
S_912_0: /* 2 */
		/* else */;
		goto S_914_0;
S_913_2: /* 3 */
		Uerror("blocking sel in d_step (nr.34, near line 329)");
S_914_0: /* 2 */
S_918_0: /* 2 */
S_915_0: /* 2 */
		if (!(((((int)now.disk.amount[2])>(1+1))&&(((int)now.memory.state[2])==4))))
			goto S_918_1;
S_916_0: /* 2 */
		/* c_code34 */
		{  seen |= 1UL << 11;  }
;
		goto S_919_0;
S_918_1: /* 3 */
S_917_0: /* 2 */
		/* else */;
		goto S_919_0;
S_918_2: /* 3 */
		Uerror("blocking sel in d_step (nr.35, near line 330)");
S_919_0: /* 2 */
		goto S_946_0; /* '.' */
		goto S_946_0; /* ';' */
		goto S_946_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 10: // STATE 437 - protocol.pml:439 - [D_STEP439]
		if (!(boq == -1 && (((((now.server==1)&& !(((int)now.dirty)))&&(((int)now.memory.state[0])!=1))&&(((int)now.memory.state[1])!=1))&&(((int)now.memory.state[2])!=1))))
			continue;

		reached[1][437] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_922_0: /* 2 */
		if (!((((((now.server==1)&& !(((int)now.dirty)))&&(((int)now.memory.state[0])!=1))&&(((int)now.memory.state[1])!=1))&&(((int)now.memory.state[2])!=1))))
			Uerror("block in d_step seq");
S_923_0: /* 2 */
		now.server = 3;
#ifdef VAR_RANGES
		logval("server", now.server);
#endif
		;
		goto S_946_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 11: // STATE 438 - protocol.pml:443 - [(timeout)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][438] = 1;
		if (!(((trpt->tau)&1)))
			continue;
		_m = 1; goto P999; /* 0 */
	case 12: // STATE 456 - protocol.pml:443 - [D_STEP443]
		/* default 258 */
		

		reached[1][456] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_926_0: /* 2 */
		spin_assert(((((((now.server==3)&& !(((int)now.dirty)))&&(now.at[0]==4))&&(now.at[1]==4))&&(now.at[2]==4))||((int)everything_comes_to_rest)), "((((((server==3)&& !(dirty))&&(at[0]==4))&&(at[1]==4))&&(at[2]==4))||everything_comes_to_rest)", II, tt, t);
S_927_0: /* 2 */
		spin_assert(((now.disk.held==0)||((int)nothing_is_held_at_rest)), "((disk.held==0)||nothing_is_held_at_rest)", II, tt, t);
S_928_0: /* 2 */
		now.j = 0;
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
S_940_0: /* 2 */
S_939_0: /* 2 */
S_929_0: /* 2 */
		if (!((((int)now.j)<3)))
			goto S_939_1;
S_930_0: /* 2 */
		spin_assert(((((int)now.disk.state[ Index(((int)now.j), 3) ])!=1)||((int)nothing_is_held_at_rest)), "((disk.state[j]!=1)||nothing_is_held_at_rest)", II, tt, t);
S_931_0: /* 2 */
		ok = (((now.upstream[ Index(((int)now.j), 3) ]==15)||(now.upstream[ Index(((int)now.j), 3) ]==14))||(now.upstream[ Index(((int)now.j), 3) ]==13));
#ifdef VAR_RANGES
		logval("ok", ((int)ok));
#endif
		;
S_932_0: /* 2 */
		spin_assert((((((int)now.disk.charge[ Index(((int)now.j), 3) ])==0)||((int)ok))||((int)nobody_pays_for_a_refusal)), "(((disk.charge[j]==0)||ok)||nobody_pays_for_a_refusal)", II, tt, t);
S_933_0: /* 2 */
		spin_assert(((((int)now.disk.charge[ Index(((int)now.j), 3) ])<=(1+((int)now.served[ Index(((int)now.j), 3) ])))||((int)nobody_pays_more_than_was_served)), "((disk.charge[j]<=(1+served[j]))||nobody_pays_more_than_was_served)", II, tt, t);
S_934_0: /* 2 */
		ok = ((((int)now.disk.state[ Index(((int)now.j), 3) ])==2)&&(((int)now.disk.charge[ Index(((int)now.j), 3) ])>=(1+((int)now.relayed[ Index(((int)now.j), 3) ]))));
#ifdef VAR_RANGES
		logval("ok", ((int)ok));
#endif
		;
S_935_0: /* 2 */
		spin_assert((( !(((int)now.saw_end[ Index(((int)now.j), 3) ]))||((int)ok))||((int)what_was_seen_to_its_end_is_paid)), "(( !(saw_end[j])||ok)||what_was_seen_to_its_end_is_paid)", II, tt, t);
S_936_0: /* 2 */
		now.j = (((int)now.j)+1);
#ifdef VAR_RANGES
		logval("j", ((int)now.j));
#endif
		;
		goto S_940_0; /* ';' */
S_939_1: /* 3 */
S_937_0: /* 2 */
		/* else */;
S_938_0: /* 2 */
		goto S_941_0;	/* 'goto' */
S_939_2: /* 3 */
		Uerror("blocking sel in d_step (nr.36, near line 447)");
S_941_0: /* 2 */
		goto S_942_0;	/* 'break' */
S_942_0: /* 2 */
		/* c_code35 */
		{  seen |= 1UL << 0;  }
;
		goto S_944_0;
S_944_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 13: // STATE 461 - protocol.pml:461 - [-end-] (0:0:0 - 3)
		IfNotBlocked
		reached[1][461] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC Request */
	case 14: // STATE 3 - protocol.pml:177 - [D_STEP177]
		if (!(boq == -1 && ( !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ]))&&(((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==10)||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==9))||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8))||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7))||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==6)))))
			continue;

		reached[0][3] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_000_0: /* 2 */
		if (!(( !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ]))&&(((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==10)||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==9))||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8))||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7))||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==6)))))
			Uerror("block in d_step seq");
S_001_0: /* 2 */
		now.gone[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("gone[Request:i]", ((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
		goto S_485_0;
S_485_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 15: // STATE 6 - protocol.pml:179 - [D_STEP179]
		if (!(boq == -1 && ((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==17)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8))))
			continue;

		reached[0][6] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_003_0: /* 2 */
		if (!(((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==17)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8))))
			Uerror("block in d_step seq");
S_004_0: /* 2 */
		now.upstream[ Index(((P0 *)_this)->i, 3) ] = 16;
#ifdef VAR_RANGES
		logval("upstream[Request:i]", now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 16: // STATE 9 - protocol.pml:180 - [D_STEP180]
		if (!(boq == -1 && ((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==17)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8))))
			continue;

		reached[0][9] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_006_0: /* 2 */
		if (!(((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==17)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8))))
			Uerror("block in d_step seq");
S_007_0: /* 2 */
		now.upstream[ Index(((P0 *)_this)->i, 3) ] = 15;
#ifdef VAR_RANGES
		logval("upstream[Request:i]", now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 17: // STATE 12 - protocol.pml:181 - [D_STEP181]
		if (!(boq == -1 && ((((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7))&&(((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])<3))&&(((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])==((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ])))))
			continue;

		reached[0][12] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_009_0: /* 2 */
		if (!(((((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7))&&(((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])<3))&&(((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])==((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ])))))
			Uerror("block in d_step seq");
S_010_0: /* 2 */
		now.served[ Index(((P0 *)_this)->i, 3) ] = (((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])+1);
#ifdef VAR_RANGES
		logval("served[Request:i]", ((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 18: // STATE 15 - protocol.pml:182 - [D_STEP182]
		if (!(boq == -1 && ((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7))))
			continue;

		reached[0][15] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_012_0: /* 2 */
		if (!(((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7))))
			Uerror("block in d_step seq");
S_013_0: /* 2 */
		now.upstream[ Index(((P0 *)_this)->i, 3) ] = 13;
#ifdef VAR_RANGES
		logval("upstream[Request:i]", now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 19: // STATE 18 - protocol.pml:183 - [D_STEP183]
		if (!(boq == -1 && ((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7))))
			continue;

		reached[0][18] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_015_0: /* 2 */
		if (!(((now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15)&&(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7))))
			Uerror("block in d_step seq");
S_016_0: /* 2 */
		now.upstream[ Index(((P0 *)_this)->i, 3) ] = 14;
#ifdef VAR_RANGES
		logval("upstream[Request:i]", now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 20: // STATE 50 - protocol.pml:191 - [D_STEP191]
		if (!(boq == -1 && (((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==12)&&(now.server==3))&&((((int)((P0 *)_this)->i)==0)||(now.at[ Index((((int)((P0 *)_this)->i)-1), 3) ]!=12)))))
			continue;

		reached[0][50] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_018_0: /* 2 */
		if (!((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==12)&&(now.server==3))&&((((int)((P0 *)_this)->i)==0)||(now.at[ Index((((int)((P0 *)_this)->i)-1), 3) ]!=12)))))
			Uerror("block in d_step seq");
S_047_0: /* 2 */
S_019_0: /* 2 */
		if (!((now.memory.available>=(1+1))))
			goto S_047_1;
S_025_0: /* 2 */
S_020_0: /* 2 */
		now.memory.available = (now.memory.available-(1+1));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_021_0: /* 2 */
		now.memory.held = (now.memory.held+(1+1));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_022_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = (1+1);
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_023_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_024_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
		goto S_042_0;
S_042_0: /* 2 */
S_026_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_027_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_028_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_029_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_038_0: /* 2 */
S_037_0: /* 2 */
S_030_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_037_1;
S_031_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_032_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_033_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_034_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_038_0; /* ';' */
S_037_1: /* 3 */
S_035_0: /* 2 */
		/* else */;
S_036_0: /* 2 */
		goto S_040_0;	/* 'goto' */
S_037_2: /* 3 */
		Uerror("blocking sel in d_step (nr.37, near line 101)");
S_039_0: /* 2 */
		goto S_040_0;	/* 'break' */
S_040_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_041_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_043_0;
S_043_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 10;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_048_0;
S_047_1: /* 3 */
S_044_0: /* 2 */
		/* else */;
S_045_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 4;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
S_046_0: /* 2 */
		/* c_code2 */
		{  seen |= 1UL << 4;  }
;
		goto S_048_0;
S_047_2: /* 3 */
		Uerror("blocking sel in d_step (nr.38, near line 192)");
S_048_0: /* 2 */
		goto S_485_0; /* '.' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 21: // STATE 56 - protocol.pml:202 - [D_STEP202]
		if (!(boq == -1 && (((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==9)&& !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))&&(now.server==3))))
			continue;

		reached[0][56] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_050_0: /* 2 */
		if (!((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==9)&& !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))&&(now.server==3))))
			Uerror("block in d_step seq");
S_054_0: /* 2 */
S_051_0: /* 2 */
		spin_assert(((((int)now.disk.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)dispatched_only_under_a_durable_hold)), "((disk.state[i]==1)||dispatched_only_under_a_durable_hold)", II, tt, t);
S_052_0: /* 2 */
		now.upstream[ Index(((P0 *)_this)->i, 3) ] = 17;
#ifdef VAR_RANGES
		logval("upstream[Request:i]", now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
S_053_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 8;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 22: // STATE 99 - protocol.pml:203 - [D_STEP203]
		if (!(boq == -1 && ((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==9)||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8))&&((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ]))&&(now.server==3))))
			continue;

		reached[0][99] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_056_0: /* 2 */
		if (!(((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==9)||(now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8))&&((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ]))&&(now.server==3))))
			Uerror("block in d_step seq");
S_097_0: /* 2 */
S_092_0: /* 2 */
S_057_0: /* 2 */
		spin_assert(((((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)a_hold_is_closed_once)), "((memory.state[i]==1)||a_hold_is_closed_once)", II, tt, t);
S_058_0: /* 2 */
		take = 0;
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_065_0: /* 2 */
S_059_0: /* 2 */
		if (!(((3==4)&&(((int)take)>((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])))))
			goto S_065_1;
S_060_0: /* 2 */
		take = ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_066_0;
S_065_1: /* 3 */
S_061_0: /* 2 */
		if (!(((3!=4)&&(((int)take)>(((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available)))))
			goto S_065_2;
S_062_0: /* 2 */
		take = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_063_0: /* 2 */
		/* c_code3 */
		{  seen |= 1UL << 8;  }
;
		goto S_066_0;
S_065_2: /* 3 */
S_064_0: /* 2 */
		/* else */;
		goto S_066_0;
S_065_3: /* 3 */
		Uerror("blocking sel in d_step (nr.39, near line 118)");
S_066_0: /* 2 */
S_067_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_068_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_069_0: /* 2 */
		now.memory.charge[ Index(((P0 *)_this)->i, 3) ] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[Request:i]", ((int)now.memory.charge[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_070_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 3;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_071_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_072_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_073_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_074_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_091_0: /* 2 */
S_075_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_076_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_077_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_078_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_087_0: /* 2 */
S_086_0: /* 2 */
S_079_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_086_1;
S_080_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_081_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_082_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_083_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_087_0; /* ';' */
S_086_1: /* 3 */
S_084_0: /* 2 */
		/* else */;
S_085_0: /* 2 */
		goto S_089_0;	/* 'goto' */
S_086_2: /* 3 */
		Uerror("blocking sel in d_step (nr.40, near line 101)");
S_088_0: /* 2 */
		goto S_089_0;	/* 'break' */
S_089_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_090_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_093_0;
S_093_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_094_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_095_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_096_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 6;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 23: // STATE 150 - protocol.pml:204 - [D_STEP204]
		if (!(boq == -1 && (((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==16))&&(now.server==3))))
			continue;

		reached[0][150] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_099_0: /* 2 */
		if (!((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==16))&&(now.server==3))))
			Uerror("block in d_step seq");
S_147_0: /* 2 */
S_100_0: /* 2 */
		if (!(((((int)now.attempt[ Index(((int)((P0 *)_this)->i), 3) ])+1)<2)))
			goto S_147_1;
S_101_0: /* 2 */
		now.attempt[ Index(((P0 *)_this)->i, 3) ] = (((int)now.attempt[ Index(((int)((P0 *)_this)->i), 3) ])+1);
#ifdef VAR_RANGES
		logval("attempt[Request:i]", ((int)now.attempt[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_102_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_103_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_104_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 10;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_148_0;
S_147_1: /* 3 */
S_105_0: /* 2 */
		/* else */;
S_146_0: /* 2 */
S_141_0: /* 2 */
S_106_0: /* 2 */
		spin_assert(((((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)a_hold_is_closed_once)), "((memory.state[i]==1)||a_hold_is_closed_once)", II, tt, t);
S_107_0: /* 2 */
		take = 0;
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_114_0: /* 2 */
S_108_0: /* 2 */
		if (!(((3==4)&&(((int)take)>((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])))))
			goto S_114_1;
S_109_0: /* 2 */
		take = ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_115_0;
S_114_1: /* 3 */
S_110_0: /* 2 */
		if (!(((3!=4)&&(((int)take)>(((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available)))))
			goto S_114_2;
S_111_0: /* 2 */
		take = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_112_0: /* 2 */
		/* c_code4 */
		{  seen |= 1UL << 8;  }
;
		goto S_115_0;
S_114_2: /* 3 */
S_113_0: /* 2 */
		/* else */;
		goto S_115_0;
S_114_3: /* 3 */
		Uerror("blocking sel in d_step (nr.41, near line 118)");
S_115_0: /* 2 */
S_116_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_117_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_118_0: /* 2 */
		now.memory.charge[ Index(((P0 *)_this)->i, 3) ] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[Request:i]", ((int)now.memory.charge[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_119_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 3;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_120_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_121_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_122_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_123_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_140_0: /* 2 */
S_124_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_125_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_126_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_127_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_136_0: /* 2 */
S_135_0: /* 2 */
S_128_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_135_1;
S_129_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_130_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_131_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_132_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_136_0; /* ';' */
S_135_1: /* 3 */
S_133_0: /* 2 */
		/* else */;
S_134_0: /* 2 */
		goto S_138_0;	/* 'goto' */
S_135_2: /* 3 */
		Uerror("blocking sel in d_step (nr.42, near line 101)");
S_137_0: /* 2 */
		goto S_138_0;	/* 'break' */
S_138_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_139_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_142_0;
S_142_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_143_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_144_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_145_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 6;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_148_0;
		goto S_148_0;
S_147_2: /* 3 */
		Uerror("blocking sel in d_step (nr.43, near line 205)");
S_148_0: /* 2 */
		goto S_485_0; /* '.' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 24: // STATE 160 - protocol.pml:226 - [D_STEP226]
		if (!(boq == -1 && ((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15))&&(now.server==3))&& !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))))
			continue;

		reached[0][160] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_150_0: /* 2 */
		if (!(((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15))&&(now.server==3))&& !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))))
			Uerror("block in d_step seq");
S_151_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 7;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
S_152_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_153_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_157_0: /* 2 */
S_154_0: /* 2 */
		if (!((((int)now.attempt[ Index(((int)((P0 *)_this)->i), 3) ])>0)))
			goto S_157_1;
S_155_0: /* 2 */
		/* c_code5 */
		{  seen |= 1UL << 9;  }
;
		goto S_158_0;
S_157_1: /* 3 */
S_156_0: /* 2 */
		/* else */;
		goto S_158_0;
S_157_2: /* 3 */
		Uerror("blocking sel in d_step (nr.44, near line 229)");
S_158_0: /* 2 */
		goto S_485_0; /* '.' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 25: // STATE 163 - protocol.pml:230 - [D_STEP230]
		if (!(boq == -1 && ((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15))&&(now.server==3))&& !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))))
			continue;

		reached[0][163] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_160_0: /* 2 */
		if (!(((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==8)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==15))&&(now.server==3))&& !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))))
			Uerror("block in d_step seq");
S_161_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 7;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 26: // STATE 167 - protocol.pml:233 - [D_STEP233]
		if (!(boq == -1 && ((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])>((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ])))&&(((1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]))+1)<=((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ])))&&(now.server==3))))
			continue;

		reached[0][167] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_163_0: /* 2 */
		if (!(((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])>((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ])))&&(((1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]))+1)<=((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ])))&&(now.server==3))))
			Uerror("block in d_step seq");
S_164_0: /* 2 */
		now.relayed[ Index(((P0 *)_this)->i, 3) ] = (((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ])+1);
#ifdef VAR_RANGES
		logval("relayed[Request:i]", ((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_165_0: /* 2 */
		spin_assert((((1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]))<=((int)now.disk.amount[ Index(((int)((P0 *)_this)->i), 3) ]))||((int)delivered_only_what_is_durably_held)), "(((1+relayed[i])<=disk.amount[i])||delivered_only_what_is_durably_held)", II, tt, t);
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 27: // STATE 172 - protocol.pml:236 - [D_STEP236]
		if (!(boq == -1 && ((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ])>((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ])))&&(((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1))&&(now.server==3))))
			continue;

		reached[0][172] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_167_0: /* 2 */
		if (!(((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ])>((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ])))&&(((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1))&&(now.server==3))))
			Uerror("block in d_step seq");
S_168_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = ((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_169_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_170_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 28: // STATE 212 - protocol.pml:243 - [D_STEP243]
		if (!(boq == -1 && (((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&& !(((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ])))&&(((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ])<(1+3)))&&(((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ])==0))&&(now.server==3))))
			continue;

		reached[0][212] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_172_0: /* 2 */
		if (!((((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&& !(((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ])))&&(((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ])<(1+3)))&&(((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ])==0))&&(now.server==3))))
			Uerror("block in d_step seq");
S_173_0: /* 2 */
		take = ((1+3)-((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_182_0: /* 2 */
S_174_0: /* 2 */
		if (!((((int)take)>now.memory.available)))
			goto S_182_1;
S_178_0: /* 2 */
S_175_0: /* 2 */
		if (!((now.memory.available>0)))
			goto S_178_1;
S_176_0: /* 2 */
		/* c_code6 */
		{  seen |= 1UL << 5;  }
;
		goto S_179_0;
S_178_1: /* 3 */
S_177_0: /* 2 */
		/* else */;
		goto S_179_0;
S_178_2: /* 3 */
		Uerror("blocking sel in d_step (nr.45, near line 249)");
S_179_0: /* 2 */
S_180_0: /* 2 */
		take = now.memory.available;
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_183_0;
S_182_1: /* 3 */
S_181_0: /* 2 */
		/* else */;
		goto S_183_0;
S_182_2: /* 3 */
		Uerror("blocking sel in d_step (nr.46, near line 247)");
S_183_0: /* 2 */
S_209_0: /* 2 */
S_184_0: /* 2 */
		if (!((((int)take)==0)))
			goto S_209_1;
S_185_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
		goto S_210_0;
S_209_1: /* 3 */
S_186_0: /* 2 */
		/* else */;
S_187_0: /* 2 */
		now.memory.available = (now.memory.available-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_188_0: /* 2 */
		now.memory.held = (now.memory.held+((int)take));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_189_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+((int)take));
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_190_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = (((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ])+((int)take));
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_191_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_208_0: /* 2 */
S_192_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_193_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_194_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_195_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_204_0: /* 2 */
S_203_0: /* 2 */
S_196_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_203_1;
S_197_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_198_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_199_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_200_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_204_0; /* ';' */
S_203_1: /* 3 */
S_201_0: /* 2 */
		/* else */;
S_202_0: /* 2 */
		goto S_206_0;	/* 'goto' */
S_203_2: /* 3 */
		Uerror("blocking sel in d_step (nr.47, near line 101)");
S_205_0: /* 2 */
		goto S_206_0;	/* 'break' */
S_206_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_207_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_210_0;
		goto S_210_0;
S_209_2: /* 3 */
		Uerror("blocking sel in d_step (nr.48, near line 254)");
S_210_0: /* 2 */
		goto S_485_0; /* '.' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 29: // STATE 255 - protocol.pml:280 - [D_STEP280]
		if (!(boq == -1 && (((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==13))&&(now.server==3))))
			continue;

		reached[0][255] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_212_0: /* 2 */
		if (!((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==13))&&(now.server==3))))
			Uerror("block in d_step seq");
S_253_0: /* 2 */
S_248_0: /* 2 */
S_213_0: /* 2 */
		spin_assert(((((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)a_hold_is_closed_once)), "((memory.state[i]==1)||a_hold_is_closed_once)", II, tt, t);
S_214_0: /* 2 */
		take = (1+((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_221_0: /* 2 */
S_215_0: /* 2 */
		if (!(((2==4)&&(((int)take)>((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])))))
			goto S_221_1;
S_216_0: /* 2 */
		take = ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_222_0;
S_221_1: /* 3 */
S_217_0: /* 2 */
		if (!(((2!=4)&&(((int)take)>(((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available)))))
			goto S_221_2;
S_218_0: /* 2 */
		take = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_219_0: /* 2 */
		/* c_code7 */
		{  seen |= 1UL << 8;  }
;
		goto S_222_0;
S_221_2: /* 3 */
S_220_0: /* 2 */
		/* else */;
		goto S_222_0;
S_221_3: /* 3 */
		Uerror("blocking sel in d_step (nr.49, near line 118)");
S_222_0: /* 2 */
S_223_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_224_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_225_0: /* 2 */
		now.memory.charge[ Index(((P0 *)_this)->i, 3) ] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[Request:i]", ((int)now.memory.charge[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_226_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 2;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_227_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_228_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_229_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_230_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_247_0: /* 2 */
S_231_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_232_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_233_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_234_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_243_0: /* 2 */
S_242_0: /* 2 */
S_235_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_242_1;
S_236_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_237_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_238_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_239_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_243_0; /* ';' */
S_242_1: /* 3 */
S_240_0: /* 2 */
		/* else */;
S_241_0: /* 2 */
		goto S_245_0;	/* 'goto' */
S_242_2: /* 3 */
		Uerror("blocking sel in d_step (nr.50, near line 101)");
S_244_0: /* 2 */
		goto S_245_0;	/* 'break' */
S_245_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_246_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_249_0;
S_249_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_250_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_251_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_252_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 6;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 30: // STATE 298 - protocol.pml:281 - [D_STEP281]
		if (!(boq == -1 && (((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==13))&&(now.server==3))))
			continue;

		reached[0][298] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_255_0: /* 2 */
		if (!((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==13))&&(now.server==3))))
			Uerror("block in d_step seq");
S_296_0: /* 2 */
S_291_0: /* 2 */
S_256_0: /* 2 */
		spin_assert(((((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)a_hold_is_closed_once)), "((memory.state[i]==1)||a_hold_is_closed_once)", II, tt, t);
S_257_0: /* 2 */
		take = (1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_264_0: /* 2 */
S_258_0: /* 2 */
		if (!(((2==4)&&(((int)take)>((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])))))
			goto S_264_1;
S_259_0: /* 2 */
		take = ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_265_0;
S_264_1: /* 3 */
S_260_0: /* 2 */
		if (!(((2!=4)&&(((int)take)>(((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available)))))
			goto S_264_2;
S_261_0: /* 2 */
		take = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_262_0: /* 2 */
		/* c_code8 */
		{  seen |= 1UL << 8;  }
;
		goto S_265_0;
S_264_2: /* 3 */
S_263_0: /* 2 */
		/* else */;
		goto S_265_0;
S_264_3: /* 3 */
		Uerror("blocking sel in d_step (nr.51, near line 118)");
S_265_0: /* 2 */
S_266_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_267_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_268_0: /* 2 */
		now.memory.charge[ Index(((P0 *)_this)->i, 3) ] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[Request:i]", ((int)now.memory.charge[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_269_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 2;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_270_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_271_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_272_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_273_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_290_0: /* 2 */
S_274_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_275_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_276_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_277_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_286_0: /* 2 */
S_285_0: /* 2 */
S_278_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_285_1;
S_279_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_280_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_281_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_282_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_286_0; /* ';' */
S_285_1: /* 3 */
S_283_0: /* 2 */
		/* else */;
S_284_0: /* 2 */
		goto S_288_0;	/* 'goto' */
S_285_2: /* 3 */
		Uerror("blocking sel in d_step (nr.52, near line 101)");
S_287_0: /* 2 */
		goto S_288_0;	/* 'break' */
S_288_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_289_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_292_0;
S_292_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_293_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_294_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_295_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 6;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 31: // STATE 342 - protocol.pml:282 - [D_STEP282]
		if (!(boq == -1 && (((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&((((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])>((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]))&&((1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]))==((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ]))))&&(((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ])==0))&&(((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ])||(((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ])==(1+3))))&&(now.server==3))))
			continue;

		reached[0][342] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_298_0: /* 2 */
		if (!((((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&((((int)now.served[ Index(((int)((P0 *)_this)->i), 3) ])>((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]))&&((1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]))==((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ]))))&&(((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ])==0))&&(((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ])||(((int)now.funds[ Index(((int)((P0 *)_this)->i), 3) ])==(1+3))))&&(now.server==3))))
			Uerror("block in d_step seq");
S_299_0: /* 2 */
		/* c_code9 */
		{  seen |= 1UL << 6;  }
;
S_340_0: /* 2 */
S_335_0: /* 2 */
S_300_0: /* 2 */
		spin_assert(((((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)a_hold_is_closed_once)), "((memory.state[i]==1)||a_hold_is_closed_once)", II, tt, t);
S_301_0: /* 2 */
		take = (1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_308_0: /* 2 */
S_302_0: /* 2 */
		if (!(((2==4)&&(((int)take)>((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])))))
			goto S_308_1;
S_303_0: /* 2 */
		take = ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_309_0;
S_308_1: /* 3 */
S_304_0: /* 2 */
		if (!(((2!=4)&&(((int)take)>(((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available)))))
			goto S_308_2;
S_305_0: /* 2 */
		take = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_306_0: /* 2 */
		/* c_code10 */
		{  seen |= 1UL << 8;  }
;
		goto S_309_0;
S_308_2: /* 3 */
S_307_0: /* 2 */
		/* else */;
		goto S_309_0;
S_308_3: /* 3 */
		Uerror("blocking sel in d_step (nr.53, near line 118)");
S_309_0: /* 2 */
S_310_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_311_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_312_0: /* 2 */
		now.memory.charge[ Index(((P0 *)_this)->i, 3) ] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[Request:i]", ((int)now.memory.charge[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_313_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 2;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_314_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_315_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_316_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_317_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_334_0: /* 2 */
S_318_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_319_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_320_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_321_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_330_0: /* 2 */
S_329_0: /* 2 */
S_322_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_329_1;
S_323_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_324_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_325_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_326_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_330_0; /* ';' */
S_329_1: /* 3 */
S_327_0: /* 2 */
		/* else */;
S_328_0: /* 2 */
		goto S_332_0;	/* 'goto' */
S_329_2: /* 3 */
		Uerror("blocking sel in d_step (nr.54, near line 101)");
S_331_0: /* 2 */
		goto S_332_0;	/* 'break' */
S_332_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_333_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_336_0;
S_336_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_337_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_338_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_339_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 6;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 32: // STATE 430 - protocol.pml:283 - [D_STEP283]
		if (!(boq == -1 && (((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==14))&&(now.server==3))))
			continue;

		reached[0][430] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_342_0: /* 2 */
		if (!((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&(now.upstream[ Index(((int)((P0 *)_this)->i), 3) ]==14))&&(now.server==3))))
			Uerror("block in d_step seq");
S_427_0: /* 2 */
S_343_0: /* 2 */
		if (!((((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ])==0)))
			goto S_427_1;
S_384_0: /* 2 */
S_379_0: /* 2 */
S_344_0: /* 2 */
		spin_assert(((((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)a_hold_is_closed_once)), "((memory.state[i]==1)||a_hold_is_closed_once)", II, tt, t);
S_345_0: /* 2 */
		take = 0;
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_352_0: /* 2 */
S_346_0: /* 2 */
		if (!(((3==4)&&(((int)take)>((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])))))
			goto S_352_1;
S_347_0: /* 2 */
		take = ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_353_0;
S_352_1: /* 3 */
S_348_0: /* 2 */
		if (!(((3!=4)&&(((int)take)>(((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available)))))
			goto S_352_2;
S_349_0: /* 2 */
		take = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_350_0: /* 2 */
		/* c_code11 */
		{  seen |= 1UL << 8;  }
;
		goto S_353_0;
S_352_2: /* 3 */
S_351_0: /* 2 */
		/* else */;
		goto S_353_0;
S_352_3: /* 3 */
		Uerror("blocking sel in d_step (nr.55, near line 118)");
S_353_0: /* 2 */
S_354_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_355_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_356_0: /* 2 */
		now.memory.charge[ Index(((P0 *)_this)->i, 3) ] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[Request:i]", ((int)now.memory.charge[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_357_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 3;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_358_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_359_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_360_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_361_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_378_0: /* 2 */
S_362_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_363_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_364_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_365_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_374_0: /* 2 */
S_373_0: /* 2 */
S_366_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_373_1;
S_367_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_368_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_369_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_370_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_374_0; /* ';' */
S_373_1: /* 3 */
S_371_0: /* 2 */
		/* else */;
S_372_0: /* 2 */
		goto S_376_0;	/* 'goto' */
S_373_2: /* 3 */
		Uerror("blocking sel in d_step (nr.56, near line 101)");
S_375_0: /* 2 */
		goto S_376_0;	/* 'break' */
S_376_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_377_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_380_0;
S_380_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_381_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_382_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_383_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 6;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_428_0;
S_427_1: /* 3 */
S_385_0: /* 2 */
		/* else */;
S_426_0: /* 2 */
S_421_0: /* 2 */
S_386_0: /* 2 */
		spin_assert(((((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)a_hold_is_closed_once)), "((memory.state[i]==1)||a_hold_is_closed_once)", II, tt, t);
S_387_0: /* 2 */
		take = (1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_394_0: /* 2 */
S_388_0: /* 2 */
		if (!(((2==4)&&(((int)take)>((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])))))
			goto S_394_1;
S_389_0: /* 2 */
		take = ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_395_0;
S_394_1: /* 3 */
S_390_0: /* 2 */
		if (!(((2!=4)&&(((int)take)>(((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available)))))
			goto S_394_2;
S_391_0: /* 2 */
		take = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_392_0: /* 2 */
		/* c_code12 */
		{  seen |= 1UL << 8;  }
;
		goto S_395_0;
S_394_2: /* 3 */
S_393_0: /* 2 */
		/* else */;
		goto S_395_0;
S_394_3: /* 3 */
		Uerror("blocking sel in d_step (nr.57, near line 118)");
S_395_0: /* 2 */
S_396_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_397_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_398_0: /* 2 */
		now.memory.charge[ Index(((P0 *)_this)->i, 3) ] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[Request:i]", ((int)now.memory.charge[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_399_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 2;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_400_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_401_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_402_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_403_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_420_0: /* 2 */
S_404_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_405_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_406_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_407_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_416_0: /* 2 */
S_415_0: /* 2 */
S_408_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_415_1;
S_409_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_410_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_411_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_412_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_416_0; /* ';' */
S_415_1: /* 3 */
S_413_0: /* 2 */
		/* else */;
S_414_0: /* 2 */
		goto S_418_0;	/* 'goto' */
S_415_2: /* 3 */
		Uerror("blocking sel in d_step (nr.58, near line 101)");
S_417_0: /* 2 */
		goto S_418_0;	/* 'break' */
S_418_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_419_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_422_0;
S_422_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_423_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_424_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_425_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 6;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_428_0;
		goto S_428_0;
S_427_2: /* 3 */
		Uerror("blocking sel in d_step (nr.59, near line 284)");
S_428_0: /* 2 */
		goto S_485_0; /* '.' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 33: // STATE 474 - protocol.pml:292 - [D_STEP292]
		if (!(boq == -1 && (((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ]))&&(now.server==3))))
			continue;

		reached[0][474] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_430_0: /* 2 */
		if (!((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==7)&&((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ]))&&(now.server==3))))
			Uerror("block in d_step seq");
S_431_0: /* 2 */
		/* c_code13 */
		{  seen |= 1UL << 10;  }
;
S_472_0: /* 2 */
S_467_0: /* 2 */
S_432_0: /* 2 */
		spin_assert(((((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ])==1)||((int)a_hold_is_closed_once)), "((memory.state[i]==1)||a_hold_is_closed_once)", II, tt, t);
S_433_0: /* 2 */
		take = (1+((int)now.relayed[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_440_0: /* 2 */
S_434_0: /* 2 */
		if (!(((2==4)&&(((int)take)>((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])))))
			goto S_440_1;
S_435_0: /* 2 */
		take = ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
		goto S_441_0;
S_440_1: /* 3 */
S_436_0: /* 2 */
		if (!(((2!=4)&&(((int)take)>(((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available)))))
			goto S_440_2;
S_437_0: /* 2 */
		take = (((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ])+now.memory.available);
#ifdef VAR_RANGES
		logval("take", ((int)take));
#endif
		;
S_438_0: /* 2 */
		/* c_code14 */
		{  seen |= 1UL << 8;  }
;
		goto S_441_0;
S_440_2: /* 3 */
S_439_0: /* 2 */
		/* else */;
		goto S_441_0;
S_440_3: /* 3 */
		Uerror("blocking sel in d_step (nr.60, near line 118)");
S_441_0: /* 2 */
S_442_0: /* 2 */
		now.memory.held = (now.memory.held-((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#ifdef VAR_RANGES
		logval("memory.held", now.memory.held);
#endif
		;
S_443_0: /* 2 */
		now.memory.available = ((now.memory.available+((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]))-((int)take));
#ifdef VAR_RANGES
		logval("memory.available", now.memory.available);
#endif
		;
S_444_0: /* 2 */
		now.memory.charge[ Index(((P0 *)_this)->i, 3) ] = ((int)take);
#ifdef VAR_RANGES
		logval("memory.charge[Request:i]", ((int)now.memory.charge[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_445_0: /* 2 */
		now.memory.state[ Index(((P0 *)_this)->i, 3) ] = 2;
#ifdef VAR_RANGES
		logval("memory.state[Request:i]", ((int)now.memory.state[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_446_0: /* 2 */
		now.memory.amount[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.amount[Request:i]", ((int)now.memory.amount[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_447_0: /* 2 */
		now.memory.accepted[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.accepted[Request:i]", ((int)now.memory.accepted[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_448_0: /* 2 */
		now.memory.out[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("memory.out[Request:i]", ((int)now.memory.out[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_449_0: /* 2 */
		now.dirty = 1;
#ifdef VAR_RANGES
		logval("dirty", ((int)now.dirty));
#endif
		;
S_466_0: /* 2 */
S_450_0: /* 2 */
		spin_assert((((now.memory.available>=0)&&(now.memory.held>=0))||((int)a_balance_is_never_negative)), "(((memory.available>=0)&&(memory.held>=0))||a_balance_is_never_negative)", II, tt, t);
S_451_0: /* 2 */
		sum = 0;
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_452_0: /* 2 */
		cost = 0;
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_453_0: /* 2 */
		h = 0;
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
S_462_0: /* 2 */
S_461_0: /* 2 */
S_454_0: /* 2 */
		if (!((((int)h)<3)))
			goto S_461_1;
S_455_0: /* 2 */
		sum = (((int)sum)+( ((((int)now.memory.state[ Index(((int)h), 3) ])==1)) ? (((int)now.memory.amount[ Index(((int)h), 3) ])) : (0) ));
#ifdef VAR_RANGES
		logval("sum", ((int)sum));
#endif
		;
S_456_0: /* 2 */
		cost = (((int)cost)+((int)now.memory.charge[ Index(((int)h), 3) ]));
#ifdef VAR_RANGES
		logval("cost", ((int)cost));
#endif
		;
S_457_0: /* 2 */
		spin_assert(((((int)now.memory.amount[ Index(((int)h), 3) ])<=(1+3))||((int)an_extension_is_neither_lost_nor_doubled)), "((memory.amount[h]<=(1+3))||an_extension_is_neither_lost_nor_doubled)", II, tt, t);
S_458_0: /* 2 */
		h = (((int)h)+1);
#ifdef VAR_RANGES
		logval("h", ((int)h));
#endif
		;
		goto S_462_0; /* ';' */
S_461_1: /* 3 */
S_459_0: /* 2 */
		/* else */;
S_460_0: /* 2 */
		goto S_464_0;	/* 'goto' */
S_461_2: /* 3 */
		Uerror("blocking sel in d_step (nr.61, near line 101)");
S_463_0: /* 2 */
		goto S_464_0;	/* 'break' */
S_464_0: /* 2 */
		spin_assert(((now.memory.held==((int)sum))||((int)held_is_the_sum_of_open_holds)), "((memory.held==sum)||held_is_the_sum_of_open_holds)", II, tt, t);
S_465_0: /* 2 */
		spin_assert(((((now.memory.available+now.memory.held)+((int)cost))==5)||((int)money_is_conserved)), "((((memory.available+memory.held)+cost)==5)||money_is_conserved)", II, tt, t);
		goto S_468_0;
S_468_0: /* 2 */
		now.extension[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("extension[Request:i]", ((int)now.extension[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_469_0: /* 2 */
		now.dry[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("dry[Request:i]", ((int)now.dry[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_470_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_471_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 6;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 34: // STATE 480 - protocol.pml:297 - [D_STEP297]
		if (!(boq == -1 && (((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==5)&&((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]))&& !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))))
			continue;

		reached[0][480] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_474_0: /* 2 */
		if (!((((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==5)&&((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]))&& !(((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))))
			Uerror("block in d_step seq");
S_475_0: /* 2 */
		spin_assert(((((int)now.disk.state[ Index(((int)((P0 *)_this)->i), 3) ])==2)||((int)the_end_is_told_after_a_durable_settlement)), "((disk.state[i]==2)||the_end_is_told_after_a_durable_settlement)", II, tt, t);
S_476_0: /* 2 */
		now.saw_end[ Index(((P0 *)_this)->i, 3) ] = 1;
#ifdef VAR_RANGES
		logval("saw_end[Request:i]", ((int)now.saw_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_477_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_478_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 4;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 35: // STATE 484 - protocol.pml:303 - [D_STEP303]
		if (!(boq == -1 && ((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==5)&&( !(((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]))||((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))))
			continue;

		reached[0][484] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_480_0: /* 2 */
		if (!(((now.at[ Index(((int)((P0 *)_this)->i), 3) ]==5)&&( !(((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]))||((int)now.gone[ Index(((int)((P0 *)_this)->i), 3) ])))))
			Uerror("block in d_step seq");
S_481_0: /* 2 */
		now.tells_end[ Index(((P0 *)_this)->i, 3) ] = 0;
#ifdef VAR_RANGES
		logval("tells_end[Request:i]", ((int)now.tells_end[ Index(((int)((P0 *)_this)->i), 3) ]));
#endif
		;
S_482_0: /* 2 */
		now.at[ Index(((P0 *)_this)->i, 3) ] = 4;
#ifdef VAR_RANGES
		logval("at[Request:i]", now.at[ Index(((int)((P0 *)_this)->i), 3) ]);
#endif
		;
		goto S_485_0; /* ';' */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 36: // STATE 488 - protocol.pml:311 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[0][488] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */
	case  _T5:	/* np_ */
		if (!((!(trpt->o_pm&4) && !(trpt->tau&128))))
			continue;
		/* else fall through */
	case  _T2:	/* true */
		_m = 3; goto P999;
#undef rand
	}

