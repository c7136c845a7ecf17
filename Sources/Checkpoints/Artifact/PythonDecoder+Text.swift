// Written by Scripts/decoder/embed.py from decode.py beside it: change that instead.

extension PythonDecoder {
  /// The program with its marks, small.
  static let text = #"""
    from numpy import*;from builtins import*
    def load(i):
     Z=open(i,"rb");i=Z.read();Z.seek(8);i=i[-12-int.from_bytes(i[-9:-13:-1]):-12]+bytes(8);m=\#
    2**32-1;v=int.from_bytes(i[:4]);i=iter(i[4:]);z={};L=[]
     def j(e,w=0):
      nonlocal m,v;w=w or m//e;o=min(v//w,e-1);v-=o*w;m=(w,m-o*w)[o>e-2]
      while m<1<<24:m<<=8;v=v<<8|next(i)
      return o
     def H(*l):i,d=z.get(l,(32768,0));r=1-j(2,(m>>16)*i);z[l]=i+int(((r<<16)-i)/(d+2)),d+(d<25\#
    4);return r
     def b(i,*C):
      e=1
      for h in range(i):e+=e+H(*C,e)
      return e
     def R(h,r=64):
      e=0
      while H(h,e):e+=1
      m=min(e,r);return(b(m,h,e)<<e-m)-1
     def C(p):e=R(p);return e>>1^-(e&1)
     def K():
      i=[0,0]
      for n in range(R(1)):i+=b(8,2,i[-1],i[-2])-256,
      return bytes(i[2:])
     def T():n=R(3);n or L.append(K().decode());return L[n-1]
    #[mixture logarithmic
     def G(m,c):
      M=2.0**(m>>c);e=2
      while c:c-=1;e=sqrt(e);M*=(1,e)[m>>c&1]
      return M
    #]
    #[low_bits packed binary
     def x(d,v,m):e=unpackbits(frombuffer(d,"B"),bitorder="little");return resize(e,(v,m))@(1<\#
    <arange(m))
    #]
    #[logarithmic scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
     def A(h,i):
      i=i.astype("e"if h=="F16"else"f")
    #[bf16
      if h=="BF16":i=i.view("I");i=(i+32767+(i>>16&1)>>16<<16).view("f")
    #]
      return i
    #]
    #[rans
     d=[65536];_=[0];J={}
    #[trellis
     Q=[]
    #]
    #]
    #[rans raw
     def B(o,b,l=0):
      q=l and 1-R(16)
    #[raw
      if q:
       e=zeros(o,"u%d"%l);yield e
       for n in range(0,o,1<<20):Z.readinto(e[n:][:1<<20]);yield
       return
    #]
    #[rans
      K=R(21);c=C(22)+arange(R(23)+1);k=R(24);s=R(25);m=o//(b or 1);g=[s&1 and R(26)for m in r\#
    ange(b)];g=add.outer(g,[s&2 and R(27)for n in range(m)]).astype("i");p=1+s//4
    #[trellis
      M=p>1 and 1<<R(28)
    #]
      a=R(29)
    #[mixture
      if a:B=R(50);f=C(51)/16;a=[(R(52),R(53),C(54),R(55)if m else 64)for m in range(a)]
    #]
      u=(sum(d)+(g*p<<K)).ravel()
      for n in range(p*g.max(initial=0)+p):
    #[mixture
       if a:
        b=p*c+n%p;h=w=0
        for H,r,l,y in a:
         l=G(l+n//p*8,6);w=w or l*B/4;e=abs(b-f+p*c_[[-.5,0,.5]])/l;s=1
         for i in range(H):s=s*sqrt(sqrt(sqrt(e)))
         s=1/(1+s/2**r)
         for i in range(r):s=s*s
         h=h+y*(s[0]+4*s[1]+s[2])
        h=h*(abs(b)<=w);e=(h/h.cumsum()[-1]*2**K+.5).astype(int);e+=(e<1)&(h>0)
    #]
    #[histogram
       if a==0:
        t=R(30);i=-1;e=[]
        for r in c:i=t and R(31+min((i+1).bit_length(),15),t);e+=i,
        e=array(e)
    #]
       e[e.argmax()]+=2**K-e.sum();d.extend(e);_.extend(c<<k)
      Y=1<<R(56);w=[R(57)for N in range(0,o,1<<20)]
    #[trellis
      H=m,len(Q);Q[:0]=[0]*m
    #]
      yield u
      for n,i in enumerate(w):
       e=u[n<<20:][:1<<20];i=Z.read(i);s=0
    #[low_bits
       if k:r=-len(e)*k//8;s=x(i[r:],len(e),k);i=i[:r]
    #]
       p=i,e,s;l=K,Y
    #[trellis
       if M:p+=(n<<20,*H),;l+=M,n
    #]
       J[l]=J.get(l,[])+[p];yield
    #]
    #]
     def u(h,c):
    #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
      if q:
       T();h=T();a=R(11)
       if a:c=[R(9)for a in range(a-1)]
    #]
      o=int(prod(c));n=2**("163264".find(h[-2:])//2+1);p=c[0]if c[1:]else 1;O=[];L=R(12)
    #[streams
      if L==1:
       s=1
    #[sixteen
       s+=h in"I16U16"
    #]
       O=[B(o,p,s)for a in range(n//s)]
    #]
    #[bit_fields digits
      if L==4:
       m=R(20);I=2;t=8
    #[digits
       if m<1:m=1;I=R(58);t=int(8.1/log2(I))
    #]
       p=R(59)+1;s=t*o//m//p*p;O=[B(s,p)]
    #]
      w=list(map(next,O))
    #[bit_fields digits
      if L==4:e=[j(I)for n in range(t*o-m*s)]
    #]
    #[inline
      if L<1:
       for a in range(n):
        m=R(13);e=[0]
        for t in range(o):e+=b(8,13+m,a,m>1 and e[-1])-256 if m else j(256),
        w+=e[1:],
    #]
    #[logarithmic
      if L==2:
       m=R(17);t=H(19);s=0;e=[]
       for a in range(o):s=s*t+C(18);e+=G(s,m),
       e=A(h,array(e))
    #]
    #[permutation
      if L==3:e=[*range(o)];w=[[e.pop(j(len(e)))for t in e[:]]]
    #]
    #[adaptive
      if L>4:
       e=[];D=[0]*o
       for a in range(o):t=a%(o//p);s=R(60+12*min(D[t].bit_length(),11)+min(t and s.bit_length\#
    (),11));e+=-s if s and H(200)else s,;D[t]+=(16*s-D[t])//8
       w=[e]
    #]
    #[rans raw
      list(zip(*O))
    #]
      yield
    #[bit_fields digits
      if L==4:e=append(w[0][:,None]//I**arange(m)%I,e).reshape(-1,t);w=[e@I**arange(t)]
    #]
    #[inline streams permutation bit_fields digits adaptive
      if w:
       e=0
       for s in w:e=e*256+array(s,int)
       e=e.astype("u%d"%n);s=h[0].lower()+str(n)
    #[float_planes
       if h[0]in"BF"and n>1:e=e>>1|e<<8*n-1
    #]
    #[bf16
       if h=="BF16":e=e.astype("I")<<16;s="f"
    #]
    #[f8
       if"_"in h:a="M3"in h;e=e.astype("H");e=(e*128+((e>>7)+e%128//127<<14)if a else e<<8).vi\#
    ew("e");e=float32(e)*256**a;s="f"
    #]
       e=e.view(s)
    #]
      yield e.reshape(c)
     a=[];D=b"";R(4)
     for N in range(2*R(5)):K()
     for N in range(R(6)):
      D=D[:R(7)]+K();W=T();c=[R(9)for e in range(R(8))];q=T();O=[]
      for N in range(R(10)):e=u(W,c);next(e);O+=e,
      j(65536);j(65536);a+=(D.decode(),W,c,q,O),
    #[trellis grid
     def h(e,s,l):i=s.bit_length()-3;x=b"\1\2\2\4\n+y\2\5\t\22!N\xa6";return e>>1^x[i]*(l&1)^x\#
    [i+7]*(e&1)
    #]
    #[rans
    #[trellis
     Q=array(Q)
    #]
     _=array(_);d=array(d);E=d.cumsum()-d;I=repeat(arange(len(_)),d).astype("i")
     for(w,n,*k),g in J.items():
      d[0]=1<<w;F,Y,u,*y=zip(*g);s=max(map(len,Y));o=zeros((len(g),s+n),"i")
      for e,r in zip(o,Y):e[:len(r)]=r
    #[trellis
      if k:y=array(y[0]).T[...,None]
    #]
      e=array([frombuffer(d,"I",n)for d in F],int);M=frombuffer(b"".join(F),"H");f=cumsum([[2*\#
    n-1]]+[[len(d)//2]for d in F[:-1]],0)
      for N in range(0,s,n):
       U=o[:,N:N+n];l=U+e%(1<<w)
    #[trellis
       if k:t=(y[0]+N+arange(n))%y[1]+y[2];V=Q[t];l+=V%2<<w
    #]
       p=I[l];r=d[p]*(e>>w)+l-E[p];f=f[:,-1:]+(r<65536).cumsum(1);e=where(r<65536,r<<16|M[f],r\#
    );U[:]=p
    #[trellis
       if k:Q[t]=h(V,k[0],_[p])
    #]
      for e,r,p in zip(o,Y,u):r[:]=_[e[:len(r)]]+p
    #]
    #[scaled packed base3 bitmask binary grid low_rank
     def u(Y,n):e=Y.size//(n.size or 1);return float32(Y*float32(n).repeat(e).reshape(Y.shape))
    #]
    #[grouped codebook
     def l(Y):return repeat(float32(Y),k[0]or c[1],1)[:,:c[1]]
    #]
     f={}
     for D,W,c,q,O in a:
      e,*O=map(next,O)
    #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
      if q:
       n=q[3]
    #[packed base3 bitmask binary grid grouped codebook affine
       k=[int(e)for e in __import__("re").findall(r"\d+",q)]
    #]
    #[packed
       if n=="k":e=x(e,prod(c),k[0])-k[1]
    #]
    #[base3 bitmask binary
       if n in"na":o,y,s,F=k[-4:];s*=o
    #]
    #[base3
       if"3 "in q:e=(e[:,None]//[1,3,9,27,81]%3).ravel()[:s]-1
    #]
    #[bitmask
       if"mask"in q:r=unpackbits(e).astype(int);e=r[:s];e[e>0]=r[s+-s%8:][:e.sum()]*2-1
    #]
    #[mean_magnitude
       if"mean"in q:r=maximum(abs(e).reshape(-1,F).mean(1,"f"),1e-8);O[0]=float32(O[0]).ravel()/r
    #]
    #[binary
       if n=="a":e=x(e,s,1)*2-1
    #]
    #[grid
       if n=="d":
        if k[0]:
         e=e.astype(int).reshape(c);V=0*e[0]
         for r in e:p=V&1;V=h(V,k[0],r);r+=r+p
        e=u(e,O[0]);e=e*resize(float32(O[1]),e.shape)
    #]
    #[scaled packed base3 bitmask binary low_rank
       if n in"lkna":e=u(e,O[0])
    #]
    #[base3 bitmask binary
       if n in"na":e=e.reshape(o,-1)[:,:y]
    #]
    #[low_rank
       if"+"in q:
        r=0
        for N,t in zip(u(*O[1:3]).T,u(*O[3:])):N=outer(float64(N),t);p=N+r;t=p-N;t=N-(p-t)+(r-\#
    t);r=float32((p.view(int)-(t*p<0)|(t!=0)).view(float))
        e=e+r
    #]
    #[grouped
       if n=="u":
        if O[1].size:e=e-l(O[1])
        e=e*l(O[0])
    #]
    #[codebook
       if n=="e":e=O[0][e]*l(O[1])
    #]
    #[affine
       if n=="i":N,t="fd"if k[1:]else"if";r=lambda F:resize(F.repeat(int(prod(c[k[-1]+1:]))),c\#
    );e=float32(e.astype(N)-r(O[1].astype(N)))*r(O[0].astype(t))
    #]
       e=A(W,float32(e))
    #]
      f[D]=e.reshape(c)
     return f
    """#
}
