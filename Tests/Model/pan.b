	switch (t->back) {
	default: Uerror("bad return move");
	case  0: goto R999; /* nothing to undo */

		 /* PROC Server */
	case 3: // STATE 4
		sv_restor();
		goto R999;
	case 4: // STATE 76
		sv_restor();
		goto R999;
	case 5: // STATE 123
		sv_restor();
		goto R999;
	case 6: // STATE 143
		sv_restor();
		goto R999;
	case 7: // STATE 240
		sv_restor();
		goto R999;
	case 8: // STATE 337
		sv_restor();
		goto R999;
	case 9: // STATE 434
		sv_restor();
		goto R999;
	case 10: // STATE 437
		sv_restor();
		goto R999;
;
		;
			case 12: // STATE 456
		sv_restor();
		goto R999;

	case 13: // STATE 461
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC Request */
	case 14: // STATE 3
		sv_restor();
		goto R999;
	case 15: // STATE 6
		sv_restor();
		goto R999;
	case 16: // STATE 9
		sv_restor();
		goto R999;
	case 17: // STATE 12
		sv_restor();
		goto R999;
	case 18: // STATE 15
		sv_restor();
		goto R999;
	case 19: // STATE 18
		sv_restor();
		goto R999;
	case 20: // STATE 50
		sv_restor();
		goto R999;
	case 21: // STATE 56
		sv_restor();
		goto R999;
	case 22: // STATE 99
		sv_restor();
		goto R999;
	case 23: // STATE 150
		sv_restor();
		goto R999;
	case 24: // STATE 160
		sv_restor();
		goto R999;
	case 25: // STATE 163
		sv_restor();
		goto R999;
	case 26: // STATE 167
		sv_restor();
		goto R999;
	case 27: // STATE 172
		sv_restor();
		goto R999;
	case 28: // STATE 212
		sv_restor();
		goto R999;
	case 29: // STATE 255
		sv_restor();
		goto R999;
	case 30: // STATE 298
		sv_restor();
		goto R999;
	case 31: // STATE 342
		sv_restor();
		goto R999;
	case 32: // STATE 430
		sv_restor();
		goto R999;
	case 33: // STATE 474
		sv_restor();
		goto R999;
	case 34: // STATE 480
		sv_restor();
		goto R999;
	case 35: // STATE 484
		sv_restor();
		goto R999;

	case 36: // STATE 488
		;
		p_restor(II);
		;
		;
		goto R999;
	}

